// Everything between the projections and the attention: rotation, the weightless norm of each head,
// the scale of scores, and the place of keys and values in the cache.
//
// A work-group has one head of one row: a query head, or a key head, or a value head. In the cache
// heads are padded with zeros to whole units of four columns; the keys of a page stand unit by unit
// with positions side by side, its values position by position.

#define ROTATE 1
#define NORMALISE 2
#define TEMPER 4
#define HEAD_UNITS ((HEAD_DIM + 3) / 4)

float placed(
    global const float *head, int column, float factor, global const float *rotary, int rotate) {
  if (column >= HEAD_DIM) {
    return 0;
  }
  if (!rotate) {
    return head[column] * factor;
  }
  const int pair = column & ~1;
  const float2 rotated = rotate_pair(head + pair, rotary + pair);
  return (column & 1 ? rotated.y : rotated.x) * factor;
}

kernel void place(
    global const int *pass, int rows, global const float *query, global const float *key,
    global const float *value, global float *queries, global float *keys, global float *values,
    int flags, float eps, float scale, int rotary_at, int temper_at) {
  local float scratch[GROUP_ITEMS];
  const int row = get_group_id(1);
  const int head = get_group_id(0);
  const int is_query = head < HEADS;
  const int is_key = !is_query && head < HEADS + KV_HEADS;
  const int kv_head = is_query ? 0 : (head - HEADS) % KV_HEADS;
  global const float *source = is_query ? query + ((size_t)row * HEADS + head) * HEAD_DIM
                               : (is_key ? key : value) + ((size_t)row * KV_HEADS + kv_head) * HEAD_DIM;
  global const float *rotary = (global const float *)(pass + rotary_at) + row * HEAD_DIM;
  const int rotate = (is_query || is_key) && flags & ROTATE;

  // Rotation keeps the length.
  float square = 0;
  for (int column = get_local_id(0); column < HEAD_DIM; column += get_local_size(0)) {
    square = mad(source[column], source[column], square);
  }
  const float mean = group_sum(square, scratch) / HEAD_DIM;
  float factor = (is_query || is_key) && flags & NORMALISE ? rsqrt(mean + eps) : 1;
  if (is_query) {
    factor *= scale;
    if (flags & TEMPER) {
      factor *= ((global const float *)(pass + temper_at))[row];
    }
  }

  const int position = POSITION(row);
  const size_t page =
      ((size_t)PAGES(row)[position / PAGE] * KV_HEADS + kv_head) * HEAD_UNITS * 4 * PAGE;
  const int slot = position % PAGE;
  for (int column = get_local_id(0); column < HEAD_UNITS * 4; column += get_local_size(0)) {
    const float result = placed(source, column, factor, rotary, rotate);
    if (is_query) {
      queries[((size_t)row * HEADS + head) * HEAD_UNITS * 4 + column] = result;
    } else if (is_key) {
      keys[page + (column / 4 * PAGE + slot) * 4 + column % 4] = result;
    } else {
      values[page + slot * HEAD_UNITS * 4 + column] = result;
    }
  }
}

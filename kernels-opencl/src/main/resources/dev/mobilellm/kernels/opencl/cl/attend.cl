// Attention over the cache, page by page, with a softmax that is corrected as larger scores come
// (Milakov and Gimelshein 2018; Dao et al. 2022).
//
// A work-group has a block of up to QUERY_TOKENS rows of one sequence, QUERY_HEADS query heads that
// share a key/value head, and one of several spans of the positions. For the scores a work-item is a
// position. For the sums HEAD_UNITS work-items are the columns of a head, and there are as many
// subsets of positions as such teams fit, each with a softmax of its own until the end.

#define HEAD_UNITS ((HEAD_DIM + 3) / 4)
#define QUERIES (QUERY_TOKENS * QUERY_HEADS)
#define HEADS_PER_KV (HEADS / KV_HEADS)
#define HEAD_BLOCKS ((HEADS_PER_KV + QUERY_HEADS - 1) / QUERY_HEADS)
#define SUBSETS (ITEMS / HEAD_UNITS)
// Below every score: exp() of what is less by so much is zero.
#define HIDDEN -1e30f

// What a span leaves to be merged: sums, the largest score, the sum of weights.
#define PARTIAL (HEAD_UNITS * 4 + 4)

int first_visible(int position, int chunk) {
  return chunk == 0 ? 0 : position - position % chunk;
}

void store_unit(global float *to, float4 unit, int column) {
  float four[4];
  vstore4(unit, 0, four);
  for (int i = 0; i < 4 && column + i < HEAD_DIM; i++) {
    to[i] = four[i];
  }
}

kernel void attend(
    global const int *pass, int rows, int blocks_at, global const float4 *queries,
    global const float4 *keys, global const float4 *values, global float *output,
    global float *partials, int chunk, int span, int spans) {
  local float4 block_queries[QUERIES][HEAD_UNITS];
  local float scores[QUERIES][PAGE];
  local float4 merged[ITEMS];
  local float largest_of[ITEMS];
  local float weight_of[ITEMS];
  const int item = get_local_id(0);
  const int kv_head = get_group_id(0) / HEAD_BLOCKS;
  const int first_head = get_group_id(0) % HEAD_BLOCKS * QUERY_HEADS;
  const int first_row = pass[blocks_at + 2 * get_group_id(1)];
  const int block_rows = pass[blocks_at + 2 * get_group_id(1) + 1];
  const int first_position = POSITION(first_row);
  const int end_position = first_position + block_rows;
  const int start = first_visible(first_position, chunk) / PAGE * PAGE + get_group_id(2) * span;
  const int end = min(start + span, end_position);
  const int subset = item / HEAD_UNITS;
  const int column_unit = item % HEAD_UNITS;

  for (int i = item; i < QUERIES * HEAD_UNITS; i += ITEMS) {
    const int query = i / HEAD_UNITS;
    const int row = first_row + min(query / QUERY_HEADS, block_rows - 1);
    const int head = kv_head * HEADS_PER_KV + min(first_head + query % QUERY_HEADS, HEADS_PER_KV - 1);
    block_queries[query][i % HEAD_UNITS] =
        queries[((size_t)row * HEADS + head) * HEAD_UNITS + i % HEAD_UNITS];
  }
  float4 sums[QUERIES];
  float largest[QUERIES];
  float weights[QUERIES];
  for (int q = 0; q < QUERIES; q++) {
    sums[q] = 0;
    largest[q] = HIDDEN;
    weights[q] = 0;
  }
  barrier(CLK_LOCAL_MEM_FENCE);

  for (int page_start = start; page_start < end; page_start += PAGE) {
    const size_t page =
        ((size_t)PAGES(first_row)[page_start / PAGE] * KV_HEADS + kv_head) * HEAD_UNITS * PAGE;
    const int filled = min(PAGE, end - page_start);
    for (int slot = item; slot < filled; slot += ITEMS) {
      float products[QUERIES];
      for (int q = 0; q < QUERIES; q++) {
        products[q] = 0;
      }
      for (int unit = 0; unit < HEAD_UNITS; unit++) {
        const float4 of_key = keys[page + unit * PAGE + slot];
        for (int q = 0; q < QUERIES; q++) {
          products[q] += dot(block_queries[q][unit], of_key);
        }
      }
      for (int q = 0; q < QUERIES; q++) {
        const int position = first_position + q / QUERY_HEADS;
        const int visible = page_start + slot <= position
            && page_start + slot >= first_visible(position, chunk);
        scores[q][slot] = visible ? products[q] : HIDDEN;
      }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    if (subset < SUBSETS) {
      for (int q = 0; q < QUERIES; q++) {
        float now = largest[q];
        for (int slot = subset; slot < filled; slot += SUBSETS) {
          now = fmax(now, scores[q][slot]);
        }
        const float correction = exp(largest[q] - now);
        largest[q] = now;
        weights[q] *= correction;
        sums[q] *= correction;
      }
      for (int slot = subset; slot < filled; slot += SUBSETS) {
        const float4 of_value = values[page + slot * HEAD_UNITS + column_unit];
        for (int q = 0; q < QUERIES; q++) {
          const float weight = exp(scores[q][slot] - largest[q]);
          weights[q] += weight;
          sums[q] = mad(of_value, weight, sums[q]);
        }
      }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
  }

  for (int q = 0; q < QUERIES; q++) {
    merged[item] = sums[q];
    if (column_unit == 0) {
      largest_of[subset] = subset < SUBSETS ? largest[q] : HIDDEN;
      weight_of[subset] = weights[q];
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    const int row = q / QUERY_HEADS;
    const int head = first_head + q % QUERY_HEADS;
    if (subset == 0 && row < block_rows && head < HEADS_PER_KV) {
      float now = HIDDEN;
      for (int s = 0; s < SUBSETS; s++) {
        now = fmax(now, largest_of[s]);
      }
      float4 sum = 0;
      float weight = 0;
      for (int s = 0; s < SUBSETS; s++) {
        const float correction = exp(largest_of[s] - now);
        sum = mad(merged[s * HEAD_UNITS + column_unit], correction, sum);
        weight = mad(weight_of[s], correction, weight);
      }
      const size_t at = (size_t)(first_row + row) * HEADS + kv_head * HEADS_PER_KV + head;
      if (spans == 1) {
        store_unit(output + at * HEAD_DIM + column_unit * 4, sum / weight, column_unit * 4);
      } else {
        global float *partial = partials + (at * spans + get_group_id(2)) * PARTIAL;
        vstore4(sum, column_unit, partial);
        if (column_unit == 0) {
          partial[HEAD_UNITS * 4] = now;
          partial[HEAD_UNITS * 4 + 1] = weight;
        }
      }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
  }
}

// Merges the spans of each head of each row. A work-item has a unit of a head.
kernel void merge_spans(global const float *partials, global float *output, int spans) {
  const int unit = get_global_id(0) % HEAD_UNITS;
  const int head = get_global_id(0) / HEAD_UNITS;
  if (head < HEADS) {
    const size_t at = (size_t)get_global_id(1) * HEADS + head;
    global const float *partial = partials + at * spans * PARTIAL;
    float now = HIDDEN;
    for (int s = 0; s < spans; s++) {
      now = fmax(now, partial[s * PARTIAL + HEAD_UNITS * 4]);
    }
    float4 sum = 0;
    float weight = 0;
    for (int s = 0; s < spans; s++) {
      const float correction = exp(partial[s * PARTIAL + HEAD_UNITS * 4] - now);
      sum = mad(vload4(unit, partial + s * PARTIAL), correction, sum);
      weight = mad(partial[s * PARTIAL + HEAD_UNITS * 4 + 1], correction, weight);
    }
    store_unit(output + at * HEAD_DIM + unit * 4, sum / weight, unit * 4);
  }
}

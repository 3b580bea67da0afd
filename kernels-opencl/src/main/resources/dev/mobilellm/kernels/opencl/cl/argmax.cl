// The column of the largest value of each row, the lowest among equals, in two steps: a work-group
// finds that of a part of a row, and then one finds that of all parts.

void keep_larger(local float *values, local int *ids) {
  const int item = get_local_id(0);
  for (int half_size = get_local_size(0) / 2; half_size > 0; half_size /= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    if (item < half_size) {
      const float value = values[item + half_size];
      const int id = ids[item + half_size];
      if (value > values[item] || (value == values[item] && id < ids[item])) {
        values[item] = value;
        ids[item] = id;
      }
    }
  }
  barrier(CLK_LOCAL_MEM_FENCE);
}

kernel void argmax_parts(
    global const float *input, int width, global float *part_values, global int *part_ids) {
  local float values[GROUP_ITEMS];
  local int ids[GROUP_ITEMS];
  const int item = get_local_id(0);
  global const float *row = input + (size_t)get_group_id(1) * width;
  float largest = -INFINITY;
  int id = width;
  for (int column = get_global_id(0); column < width; column += get_global_size(0)) {
    if (row[column] > largest || id == width) {
      largest = row[column];
      id = column;
    }
  }
  values[item] = largest;
  ids[item] = id;
  keep_larger(values, ids);
  if (item == 0) {
    const int at = get_group_id(1) * get_num_groups(0) + get_group_id(0);
    part_values[at] = values[0];
    part_ids[at] = ids[0];
  }
}

kernel void argmax_rows(
    global const float *part_values, global const int *part_ids, int parts, global int *output,
    int first) {
  local float values[GROUP_ITEMS];
  local int ids[GROUP_ITEMS];
  const int item = get_local_id(0);
  const int start = get_group_id(1) * parts;
  float largest = -INFINITY;
  int id = INT_MAX;
  for (int part = item; part < parts; part += get_local_size(0)) {
    const float value = part_values[start + part];
    if (value > largest || (value == largest && part_ids[start + part] < id)) {
      largest = value;
      id = part_ids[start + part];
    }
  }
  values[item] = largest;
  ids[item] = id;
  keep_larger(values, ids);
  if (item == 0) {
    output[first + get_group_id(1)] = ids[0];
  }
}

// What a forward pass is about, in one buffer of integers, written once for each pass:
//
//   rows    the tokens' ids
//   rows    their positions
//   rows    where the pages of each token's sequence stand in this buffer
//   wanted  the rows of which logits are wanted
//
// and behind that, at places that are handed to the kernels which read them: pages, blocks of rows,
// and floats that depend on the position of a row.

#define TOKEN_ID(row) pass[row]
#define POSITION(row) pass[rows + (row)]
#define PAGES(row) (pass + pass[2 * rows + (row)])
#define WANTED_ROW(index) pass[3 * rows + (index)]

// Positions of a page of the key/value cache.
#define PAGE 64

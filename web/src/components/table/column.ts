export interface Column<Row> {
  // The field of the row, and the name of the slot that draws its cell.
  name: string
  // Key of its heading.
  label: string
  // What the server calls it when it sorts; absent: it does not.
  sort?: string
  // Right-aligned figures; the first click sorts the largest first.
  number?: boolean
  width?: number
  // Numbers, days and words of one or two characters that are never broken across lines; figures never are.
  keep?: boolean
  // Always shown.
  fixed?: boolean
  // Not shown until chosen.
  hidden?: boolean
  // The cell's text, where it is not the field itself.
  text?: (row: Row) => string
}

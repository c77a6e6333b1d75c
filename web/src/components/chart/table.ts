// What a chart says, in words: shown on demand, and read by who cannot see the drawing.
export interface ChartTable {
  headings: string[]
  rows: string[][]
}

// A labelled amount, as the API's Named is.
export interface Share {
  id: string
  name: string
  fen: number
  count?: number
}

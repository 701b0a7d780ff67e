/// For each place of a picture a vector: places lie on a grid of square cells.
package struct FeatureMap: Sendable {
    /// Places across.
    package let columns: Int
    /// Places down.
    package let rows: Int
    /// Numbers a place.
    package let channels: Int
    /// The side of a cell in pixels of the upright picture; the first cell begins at its top left.
    package let cell: Double
    /// `rows * columns * channels` numbers, place after place in rows.
    package let values: [Float]

    /// Takes numbers; their count must be `rows * columns * channels`.
    package init(columns: Int, rows: Int, channels: Int, cell: Double, values: [Float]) {
        precondition(values.count == rows * columns * channels, "a place has `channels` numbers")
        self.columns = columns
        self.rows = rows
        self.channels = channels
        self.cell = cell
        self.values = values
    }

    /// Joins maps of windows of one picture, which overlap, to one of the whole picture.
    ///
    /// - Parameters:
    ///   - windows: In rows; all have the same channels and cell.
    ///   - across: Windows a row.
    ///   - overlap: Places that a window shares with the next one, even; each gives half of them.
    package init(joining windows: [FeatureMap], across: Int, overlap: Int) {
        let (channels, half) = (windows[0].channels, overlap / 2)
        /// For each place along an axis the window that it is taken from, and where it is there.
        func places(_ counts: [Int]) -> [(window: Int, place: Int)] {
            counts.indices.flatMap { window in
                let first = window == 0 ? 0 : half
                let last = window == counts.count - 1 ? counts[window] : counts[window] - half
                return (first..<max(first, last)).map { (window, $0) }
            }
        }
        let columns = places(windows[..<across].map(\.columns))
        let rows = places(stride(from: 0, to: windows.count, by: across).map { windows[$0].rows })
        var values: [Float] = []
        values.reserveCapacity(rows.count * columns.count * channels)
        for row in rows {
            for column in columns {
                let window = windows[row.window * across + column.window]
                let start = (row.place * window.columns + column.place) * channels
                values += window.values[start..<start + channels]
            }
        }
        self.init(
            columns: columns.count,
            rows: rows.count,
            channels: channels,
            cell: windows[0].cell,
            values: values
        )
    }

    /// How many places there are.
    package var count: Int { rows * columns }

    /// The middle of a place, in pixels of the upright picture.
    package func center(of place: Int) -> (x: Double, y: Double) {
        ((Double(place % columns) + 0.5) * cell, (Double(place / columns) + 0.5) * cell)
    }
}

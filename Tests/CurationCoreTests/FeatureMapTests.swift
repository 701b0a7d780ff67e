import CurationCore
import Testing

@Suite struct FeatureMapTests {
    /// A window whose numbers say which place of the whole it is.
    private func window(_ left: Int, _ top: Int, _ columns: Int, _ rows: Int) -> FeatureMap {
        FeatureMap(
            columns: columns,
            rows: rows,
            channels: 2,
            cell: 4,
            values: (0..<rows).flatMap { row in
                (0..<columns).flatMap { [Float(left + $0), Float(top + row)] }
            }
        )
    }

    @Test func `windows that overlap are joined to the whole`() {
        // 14 x 9 places in windows of 8 x 8 that share 2.
        let windows = [
            window(0, 0, 8, 8), window(6, 0, 8, 8), window(0, 6, 8, 3), window(6, 6, 8, 3),
        ]
        let whole = FeatureMap(joining: windows, across: 2, overlap: 2)
        #expect(whole.columns == 14 && whole.rows == 9)
        #expect(whole.values == window(0, 0, 14, 9).values)
        let one = FeatureMap(joining: [window(0, 0, 5, 4)], across: 1, overlap: 2)
        #expect(one.values == window(0, 0, 5, 4).values)
    }

    @Test func `a place lies in the middle of its cell`() {
        let map = window(0, 0, 3, 2)
        #expect(map.center(of: 0) == (2, 2) && map.center(of: 5) == (10, 6))
    }
}

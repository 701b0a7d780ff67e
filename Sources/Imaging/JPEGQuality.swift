import CurationCore

/// Tells how strongly a JPEG file was compressed.
package enum JPEGQuality {
    /// The quality, 1...100 on the scale of libjpeg, whose table for brightness is the one of the file
    /// or as coarse as it; nil when there is no table before the picture.
    ///
    /// The tables of libjpeg get finer with each step, so that the sum of a table tells its quality.
    package static func estimate(of bytes: [UInt8]) -> Int? {
        guard ImageFormat(signature: bytes) == .jpeg, let sum = lumaSum(of: bytes) else {
            return nil
        }
        // Of two that are equally near the better one, which says less against the file.
        return (1...100).reversed().min { abs(sums[$0 - 1] - sum) < abs(sums[$1 - 1] - sum) }
    }

    /// The sum of the table 0, which is for the brightness in all files but odd ones.
    private static func lumaSum(of bytes: [UInt8]) -> Int? {
        for segment in JPEGSegments(bytes) where segment.marker == 0xDB {
            var rest = segment.payload
            while let kind = rest.popFirst() {
                let size = kind >> 4 == 0 ? 1 : 2
                guard rest.count >= 64 * size else { break }
                if kind & 15 == 0 { return sum(of: rest.prefix(64 * size), size: size) }
                rest = rest.dropFirst(64 * size)
            }
        }
        return nil
    }

    // Steps above 255 are for 12 bits; libjpeg keeps to the 8 bits of baseline files.
    private static func sum(of table: ArraySlice<UInt8>, size: Int) -> Int {
        guard size == 2 else { return table.reduce(0) { $0 + Int($1) } }
        let steps = stride(from: table.startIndex, to: table.endIndex, by: 2).map { index in
            table[index] > 0 ? 255 : Int(table[index + 1])
        }
        return steps.reduce(0, +)
    }

    /// The sum of the table of each quality.
    private static let sums: [Int] = (1...100).map { quality in
        let percent = quality < 50 ? 5000 / quality : 200 - 2 * quality
        return lumaTable.reduce(0) { $0 + min(255, max(1, ($1 * percent + 50) / 100)) }
    }

    /// The example table for brightness of T.81, K.1.
    private static let lumaTable = [
        16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55,
        14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
        18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92,
        49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
    ]
}

import CurationCore
import Storage

/// The octets in which rows of a view travel: a head of 8, then 8 a row, all little-endian.
enum RowBlock {
    private static let flag: UInt8 = 0x80
    private static let magic = Array("WNR1".utf8)

    static func bytes(
        of pictures: ArraySlice<Int32>,
        _ columns: GridColumns
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 + 8 * pictures.count)
        bytes += magic
        append(UInt32(pictures.count), to: &bytes)
        let (facts, states) = (columns.pictures.facts, columns.states)
        for id in pictures {
            append(UInt32(bitPattern: id), to: &bytes)
            guard let row = facts.row(of: Int64(id)), states.isPresent[row] else {
                bytes += repeatElement(0, count: 4)
                continue
            }
            let isLeased = columns.atVersion == nil && columns.leased.contains(row)
            let category = states.classes[row]
            bytes.append(UInt8(truncatingIfNeeded: category))
            bytes.append(UInt8(truncatingIfNeeded: category >> 8))
            let score = states.scores[row]
            bytes.append(score.isNaN ? 0 : UInt8(max(0, min(255, (score * 255).rounded()))))
            let mark = columns.flagged.contains(row) ? flag : 0
            bytes.append((isLeased ? PictureState.leased.rawValue : states.states[row]) | mark)
        }
        return bytes
    }

    private static func append(_ number: UInt32, to bytes: inout [UInt8]) {
        for shift: UInt32 in [0, 8, 16, 24] {
            bytes.append(UInt8(truncatingIfNeeded: number >> shift))
        }
    }
}

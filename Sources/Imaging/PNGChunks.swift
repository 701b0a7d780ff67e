/// The chunks of a PNG file in their order, as far as they are whole (PNG, third edition, 5.3).
struct PNGChunks: Sequence, IteratorProtocol {
    /// One chunk: its four letters and what it holds.
    struct Chunk {
        let type: String
        let payload: ArraySlice<UInt8>
    }

    // Chunks whose length the specification fixes (11.3); libpng passes over wrong ones in silence.
    private static let fixedLengths = ["cHRM": 32, "gAMA": 4, "sRGB": 1, "pHYs": 9, "tIME": 7]

    private let bytes: [UInt8]
    private var offset = 8

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func next() -> Chunk? {
        guard offset + 12 <= bytes.count else { return nil }
        let length = bytes[offset..<(offset + 4)].reduce(0) { $0 << 8 | Int($1) }
        let start = offset + 8
        guard length <= bytes.count - start - 4 else { return nil }
        offset = start + length + 4
        return Chunk(
            type: String(decoding: bytes[(start - 4)..<start], as: UTF8.self),
            payload: bytes[start..<(start + length)]
        )
    }

    /// Whether the header, which comes first and whose 13 bytes end with it, tells of passes (11.2.1).
    static func isInterlaced(_ bytes: [UInt8]) -> Bool {
        PNGChunks(bytes).first { $0.type == "IHDR" }?.payload.last != 0
    }

    /// What is wrong with a chunk of fixed length, or with the order of those that hold the pixels (5.6),
    /// of which a reader would show the first few; nil when all is as it should be.
    static func fault(in bytes: [UInt8]) -> String? {
        var previous = ""
        var hasPixels = false
        for chunk in PNGChunks(bytes) {
            defer { previous = chunk.type }
            if chunk.type == "IDAT" {
                if hasPixels, previous != "IDAT" {
                    return "the IDAT chunks do not follow each other"
                }
                hasPixels = true
            }
            if let length = fixedLengths[chunk.type], chunk.payload.count != length {
                return "\(chunk.type) chunk of \(chunk.payload.count) bytes instead of \(length)"
            }
        }
        return nil
    }
}

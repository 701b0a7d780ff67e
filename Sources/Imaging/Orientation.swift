import CurationCore

/// How stored pixels must be turned to stand upright (EXIF 2.32, tag 0x0112).
package enum Orientation: Int, Sendable, CaseIterable {
    case upright = 1
    case mirrored, halfTurn, flipped
    case transposed, rightTurn, transversed, leftTurn

    /// Whether the upright picture is as wide as the stored one is high.
    package var swapsSides: Bool { rawValue >= 5 }

    /// Reads the orientation of a file; upright when it has none, or none that can be trusted.
    init(of bytes: [UInt8], format: ImageFormat) {
        let block: ArraySlice<UInt8>? =
            switch format {
            case .jpeg: Self.exifBlock(ofJPEG: bytes)
            case .png: Self.exifBlock(ofPNG: bytes)
            default: nil
            }
        self = block.flatMap { Self(exif: $0) } ?? .upright
    }

    /// The TIFF structure in the first EXIF segment before the picture of a JPEG file.
    private static func exifBlock(ofJPEG bytes: [UInt8]) -> ArraySlice<UInt8>? {
        var offset = 2
        while offset + 4 <= bytes.count, bytes[offset] == 0xFF {
            let marker = bytes[offset + 1]
            if marker == 0xFF {
                // A fill byte.
                offset += 1
                continue
            }
            guard marker != 0xDA, marker != 0xD9 else { return nil }
            let length = Int(bytes[offset + 2]) << 8 | Int(bytes[offset + 3])
            let end = offset + 2 + length
            guard length >= 2, end <= bytes.count else { return nil }
            let payload = bytes[(offset + 4)..<end]
            if marker == 0xE1, payload.starts(with: Array("Exif\0\0".utf8)) {
                return payload.dropFirst(6)
            }
            offset = end
        }
        return nil
    }

    /// The TIFF structure in the eXIf chunk of a PNG file.
    private static func exifBlock(ofPNG bytes: [UInt8]) -> ArraySlice<UInt8>? {
        PNGChunks(bytes).first { $0.type == "eXIf" }?.payload
    }

    /// Reads the tag from the first directory of a TIFF structure.
    private init?(exif block: ArraySlice<UInt8>) {
        guard let reader = TIFFReader(block),
            let directory = reader.integer(at: 4, size: 4),
            let count = reader.integer(at: directory, size: 2)
        else { return nil }
        for index in 0..<count {
            let entry = directory + 2 + 12 * index
            guard let tag = reader.integer(at: entry, size: 2) else { return nil }
            guard tag == 0x0112 else { continue }
            // One SHORT, which stands in the entry itself.
            guard reader.integer(at: entry + 2, size: 2) == 3,
                reader.integer(at: entry + 4, size: 4) == 1,
                let value = reader.integer(at: entry + 8, size: 2)
            else { return nil }
            self.init(rawValue: value)
            return
        }
        return nil
    }
}

/// Reads integers of a TIFF structure in its own byte order, never beyond its end.
private struct TIFFReader {
    private let block: ArraySlice<UInt8>
    private let isLittleEndian: Bool

    /// Takes a structure; nil when it does not start as one.
    init?(_ block: ArraySlice<UInt8>) {
        if block.starts(with: [0x49, 0x49, 42, 0]) {
            isLittleEndian = true
        } else if block.starts(with: [0x4D, 0x4D, 0, 42]) {
            isLittleEndian = false
        } else {
            return nil
        }
        self.block = block
    }

    /// The unsigned integer of `size` bytes at `offset`; nil when it is not all inside.
    func integer(at offset: Int, size: Int) -> Int? {
        guard offset <= block.count - size else { return nil }
        let start = block.startIndex + offset
        let bytes = block[start..<(start + size)]
        return isLittleEndian
            ? bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
            : bytes.reduce(0) { $0 << 8 | Int($1) }
    }
}

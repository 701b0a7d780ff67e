import CurationCore

/// Finds the EXIF data of an image file: a TIFF structure somewhere among the metadata.
enum ExifBlock {
    /// The TIFF structure of a file, without the words before it; nil when there is none.
    static func find(in bytes: [UInt8], format: ImageFormat) -> ArraySlice<UInt8>? {
        switch format {
        case .jpeg:
            // The first EXIF segment counts; other APP1 segments hold XMP.
            JPEGSegments(bytes).lazy.filter { $0.marker == 0xE1 }.map(\.payload)
                .first { $0.starts(with: prefix) }?.dropFirst(prefix.count)
        case .png:
            PNGChunks(bytes).first { $0.type == "eXIf" }.map { withoutPrefix($0.payload) }
                ?? PNGRawProfile.exif(in: bytes).map { withoutPrefix($0[...]) }
        case .webp:
            WebPChunks(bytes).first { $0.type == "EXIF" }.map { withoutPrefix($0.payload) }
        default:
            nil
        }
    }

    /// What stands before the structure in JPEG, and by mistake in some other files too.
    private static let prefix = Array("Exif\0\0".utf8)

    private static func withoutPrefix(_ payload: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        payload.starts(with: prefix) ? payload.dropFirst(prefix.count) : payload
    }
}

/// The marker segments before the picture of a JPEG file, as far as they are whole (T.81, B.1.1).
struct JPEGSegments: Sequence, IteratorProtocol {
    /// One segment: its marker and what follows its length.
    struct Segment {
        let marker: UInt8
        let payload: ArraySlice<UInt8>
    }

    private let bytes: [UInt8]
    private var offset = 2

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func next() -> Segment? {
        while offset + 4 <= bytes.count, bytes[offset] == 0xFF {
            let marker = bytes[offset + 1]
            if marker == 0xFF {
                // A fill byte.
                offset += 1
                continue
            }
            guard marker != 0xDA, marker != 0xD9 else { return nil }
            let length = Int(bytes[offset + 2]) << 8 | Int(bytes[offset + 3])
            let start = offset + 4
            guard length >= 2, length - 2 <= bytes.count - start else { return nil }
            offset = start + length - 2
            return Segment(marker: marker, payload: bytes[start..<offset])
        }
        return nil
    }
}

/// The chunks of a WebP file in their order, as far as they are whole (RFC 9649, 2.3).
struct WebPChunks: Sequence, IteratorProtocol {
    /// One chunk: its four letters and what it holds.
    struct Chunk {
        let type: String
        let payload: ArraySlice<UInt8>
    }

    private let bytes: [UInt8]
    private var offset = 12

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func next() -> Chunk? {
        guard offset + 8 <= bytes.count else { return nil }
        let length = bytes[(offset + 4)..<(offset + 8)].reversed().reduce(0) { $0 << 8 | Int($1) }
        let start = offset + 8
        guard length <= bytes.count - start else { return nil }
        // Chunks of odd length are followed by one byte of padding.
        offset = start + length + length % 2
        return Chunk(
            type: String(decoding: bytes[(start - 8)..<(start - 4)], as: UTF8.self),
            payload: bytes[start..<(start + length)]
        )
    }
}

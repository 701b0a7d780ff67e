package import CurationCore

/// Writes files that have nothing but EXIF data.
package struct ExifFile {
    /// The order of the octets of numbers.
    package var isLittleEndian = true
    /// The model of the camera.
    package var modelBytes: [UInt8] = []
    /// The maker of the camera.
    package var make: [UInt8] = []
    private var time: String?
    private var offset: String?
    private var latitude: [(UInt32, UInt32)] = []
    /// Where the directories of EXIF and GPS are said to be, instead of where they are.
    package var directoryOffset: UInt32?

    /// Says how a picture was taken.
    package init(
        make: String = "",
        model: String = "",
        time: String? = nil,
        offset: String? = nil,
        latitude: [(UInt32, UInt32)] = []
    ) {
        self.make = Array(make.utf8)
        modelBytes = Array(model.utf8)
        self.time = time
        self.offset = offset
        self.latitude = latitude
    }

    /// Says which model took it, in any octets.
    package init(modelBytes: [UInt8]) { self.modelBytes = modelBytes }

    /// A JPEG that says it, too: the same picture with the block behind its first marker.
    package func inserted(into jpeg: [UInt8]) -> [UInt8] {
        Array(jpeg.prefix(2)) + segment + jpeg.dropFirst(2)
    }

    private var segment: [UInt8] {
        let payload = Array("Exif\0\0".utf8) + structure()
        return [0xFF, 0xE1] + bigEndian(payload.count + 2, 2) + payload
    }

    /// A file of a format that has nothing else.
    package func file(_ format: ImageFormat) -> [UInt8] {
        let block = structure()
        switch format {
        case .jpeg:
            return [0xFF, 0xD8] + segment + [0xFF, 0xD9]
        case .png:
            let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
            return signature + bigEndian(block.count, 4) + Array("eXIf".utf8) + block
                + [0, 0, 0, 0]
        default:
            let chunk =
                Array("EXIF".utf8) + bigEndian(block.count, 4).reversed() + block
                + [UInt8](repeating: 0, count: block.count % 2)
            return Array("RIFF".utf8) + bigEndian(chunk.count + 4, 4).reversed()
                + Array("WEBP".utf8) + chunk
        }
    }

    /// A TIFF structure: the first directory at 8, those of EXIF and GPS behind it, then all values.
    private func structure() -> [UInt8] {
        let (exifStart, locationStart, dataStart) = (8 + 54, 8 + 54 + 30, 8 + 54 + 30 + 18)
        var data: [UInt8] = []
        func place(_ bytes: [UInt8]) -> UInt32 {
            defer { data += bytes + [UInt8](repeating: 0, count: bytes.count % 2) }
            return UInt32(dataStart + data.count)
        }
        func text(_ tag: UInt16, _ bytes: [UInt8]) -> [UInt8] {
            let ended = bytes + [0, 0, 0, 0, 0]
            return entry(tag, kind: 2, count: ended.count, value: place(ended))
        }
        let first =
            number(4, 2) + text(0x010F, make) + text(0x0110, modelBytes)
            + entry(0x8769, kind: 4, count: 1, value: directoryOffset ?? UInt32(exifStart))
            + entry(0x8825, kind: 4, count: 1, value: directoryOffset ?? UInt32(locationStart))
            + number(0, 4)
        let exif =
            number(2, 2) + text(0x9003, Array((time ?? "").utf8))
            + text(0x9011, Array((offset ?? "").utf8)) + number(0, 4)
        let fractions = latitude.flatMap { number($0.0, 4) + number($0.1, 4) }
        let location =
            number(1, 2) + entry(2, kind: 5, count: latitude.count, value: place(fractions))
            + number(0, 4)
        let head: [UInt8] = isLittleEndian ? [0x49, 0x49, 42, 0] : [0x4D, 0x4D, 0, 42]
        return head + number(8, 4) + first + exif + location + data
    }

    private func entry(_ tag: UInt16, kind: UInt32, count: Int, value: UInt32) -> [UInt8] {
        number(UInt32(tag), 2) + number(kind, 2) + number(UInt32(count), 4) + number(value, 4)
    }

    private func number(_ value: UInt32, _ size: Int) -> [UInt8] {
        let bytes = bigEndian(Int(value), size)
        return isLittleEndian ? bytes.reversed() : bytes
    }

    private func bigEndian(_ value: Int, _ size: Int) -> [UInt8] {
        (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * (size - 1 - $0))) }
    }
}

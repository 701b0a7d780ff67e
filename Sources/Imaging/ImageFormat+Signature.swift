package import CurationCore

extension ImageFormat {
    /// Tells the format by the first bytes of a file; nil when they are those of no known format.
    package init?(signature bytes: [UInt8]) {
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if bytes.has("RIFF", at: 0), bytes.has("WEBP", at: 8) {
            self = .webp
        } else if bytes.has("GIF87a", at: 0) || bytes.has("GIF89a", at: 0) {
            self = .gif
        } else if bytes.has("BM", at: 0), bytes.count >= 18, Self.bitmapHeaders.contains(bytes[14]),
            bytes[15...17].allSatisfy({ $0 == 0 })
        {
            self = .bmp
        } else if Self.tiffSignatures.contains(where: bytes.starts(with:)) {
            self = .tiff
        } else if bytes.has("ftyp", at: 4) {
            guard let format = Self.mediaFormat(bytes) else { return nil }
            self = format
        } else if let format = Self.rareFormat(bytes) {
            self = format
        } else {
            return nil
        }
    }

    /// Tells the formats that data sets seldom have.
    private static func rareFormat(_ bytes: [UInt8]) -> Self? {
        if rareSignatures.jp2.contains(where: bytes.starts(with:)) { return .jp2 }
        if rareSignatures.jxl.contains(where: bytes.starts(with:)) { return .jxl }
        // The version follows: 1, or 2 of large documents.
        if bytes.has("8BPS\u{0}", at: 0), bytes.count > 5, 1...2 ~= bytes[5] { return .psd }
        // The type, the count of pictures, and of the first one sides and a zero.
        if bytes.starts(with: [0, 0, 1, 0]), bytes.count > 9, bytes[4] > 0, bytes[5] == 0,
            bytes[9] == 0
        {
            return .ico
        }
        return isPortableMap(bytes) ? .pnm : nil
    }

    /// JPEG 2000 and JPEG XL, each in a container (whose line ends tell of wrong transfers) and bare.
    private static let rareSignatures: (jp2: [[UInt8]], jxl: [[UInt8]]) = {
        let container: (String) -> [UInt8] = {
            [0, 0, 0, 12] + $0.utf8 + [0x0D, 0x0A, 0x87, 0x0A]
        }
        return (
            [container("jP  "), [0xFF, 0x4F, 0xFF, 0x51]], [container("JXL "), [0xFF, 0x0A]]
        )
    }()

    /// Whether this is PBM, PGM, PPM or PAM: a P, a digit, a space, and a number, comment or word.
    private static func isPortableMap(_ bytes: [UInt8]) -> Bool {
        let spaces: Set<UInt8> = [9, 10, 13, 32]
        guard bytes.count > 3, bytes[0] == UInt8(ascii: "P"), spaces.contains(bytes[2]) else {
            return false
        }
        switch bytes[1] {
        case UInt8(ascii: "1")...UInt8(ascii: "6"):
            return bytes[3] == UInt8(ascii: "#") || 48...57 ~= bytes[3]
        case UInt8(ascii: "7"): return bytes.has("WIDTH", at: 3) || bytes.has("#", at: 3)
        default: return false
        }
    }

    /// The name as people write it.
    package var title: String {
        switch self {
        case .jpeg, .png, .gif, .bmp, .tiff, .heic, .avif, .psd, .ico, .pnm: rawValue.uppercased()
        case .webp: "WebP"
        case .jp2: "JPEG 2000"
        case .jxl: "JPEG XL"
        }
    }

    /// The command that makes a file of this format into one that can be read.
    package var conversion: String {
        switch self {
        case .gif, .tiff, .ico: "magick 'in.\(rawValue)[0]' out.png (the first picture)"
        case .psd: "magick 'in.psd[0]' out.png (all layers together)"
        case .jpeg, .heic: "magick in.\(rawValue) -quality 95 out.jpg"
        case .png, .webp, .bmp, .avif, .jp2, .jxl, .pnm: "magick in.\(rawValue) out.png"
        }
    }

    /// Sizes of the second header of a BMP file, which tell its version.
    private static let bitmapHeaders: Set<UInt8> = [12, 16, 40, 52, 56, 64, 108, 124]

    /// TIFF and BigTIFF in both byte orders.
    private static let tiffSignatures: [[UInt8]] = [
        [0x49, 0x49, 42, 0], [0x4D, 0x4D, 0, 42], [0x49, 0x49, 43, 0], [0x4D, 0x4D, 0, 43],
    ]

    /// Tells HEIC and AVIF by the brands of an ISO base media file (ISO 14496-12, 4.3).
    private static func mediaFormat(_ bytes: [UInt8]) -> Self? {
        let boxSize = bytes[0...3].reduce(0) { $0 << 8 | Int($1) }
        let end = min(boxSize, bytes.count, 256)
        // The major brand, and after its version the compatible ones.
        let brands = [8] + stride(from: 16, to: max(16, end - 3), by: 4)
        if brands.contains(where: { bytes.has("avif", at: $0) || bytes.has("avis", at: $0) }) {
            return .avif
        }
        let heic = ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"]
        let isHeic = brands.contains { offset in heic.contains { bytes.has($0, at: offset) } }
        return isHeic ? .heic : nil
    }
}

extension [UInt8] {
    /// Whether the ASCII of `text` stands at `offset`.
    fileprivate func has(_ text: String, at offset: Int) -> Bool {
        offset <= count && self[offset...].starts(with: text.utf8)
    }
}

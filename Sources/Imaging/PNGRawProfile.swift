/// The EXIF data that ImageMagick and ExifTool write into the text of a PNG file, as PNG had no place
/// for it before 2017: a text chunk (PNG, third edition, 11.3.3) of the name of the profile, its
/// length, and its bytes in hexadecimal digits, each on lines of their own.
enum PNGRawProfile {
    private static let keywords = ["Raw profile type exif", "Raw profile type APP1"]

    /// More than the largest profile that JPEG could hold takes as digits.
    private static let longestText = 1 << 18

    /// The bytes of the first EXIF profile; nil when there is none that can be read.
    static func exif(in bytes: [UInt8]) -> [UInt8]? {
        PNGChunks(bytes).lazy.compactMap(text).compactMap(profile).first
    }

    /// The text of a chunk that holds an EXIF profile.
    private static func text(of chunk: PNGChunks.Chunk) -> [UInt8]? {
        guard ["tEXt", "zTXt"].contains(chunk.type),
            let end = chunk.payload.firstIndex(of: 0),
            keywords.contains(String(decoding: chunk.payload[..<end], as: UTF8.self))
        else { return nil }
        let rest = chunk.payload[(end + 1)...]
        guard chunk.type == "zTXt" else { return Array(rest) }
        // The one method of compression there is.
        guard rest.first == 0 else { return nil }
        return Inflate.bytes(of: rest.dropFirst(), limit: longestText)
    }

    // Its length fits into 16 bits, as in JPEG.
    private static func profile(of text: [UInt8]) -> [UInt8]? {
        let lines = text.split(whereSeparator: { $0 == 0x0A || $0 == 0x20 })
        guard lines.count > 2, let length = UInt16(String(decoding: lines[1], as: UTF8.self)),
            length > 0
        else { return nil }
        let digits = lines[2...].joined().map { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == 2 * Int(length) else { return nil }
        var profile: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digits[index], let low = digits[index + 1] else { return nil }
            profile.append(UInt8(high << 4 | low))
        }
        return profile
    }
}

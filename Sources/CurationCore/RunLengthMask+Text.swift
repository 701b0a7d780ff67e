/// Why runs are no mask; `run` and `offset` count from 0.
public enum RunLengthMaskError: Error, Equatable, CustomStringConvertible {
    /// The image has no pixels, or more than `UInt32.max`.
    case badSize(height: Int, width: Int)
    /// The byte is none of those that the text of a mask has, 48 to 111.
    case badByte(UInt8, offset: Int)
    /// The text ends within a number.
    case truncated
    /// The number has more digits than any run needs.
    case overlong(run: Int)
    /// The run is shorter than nothing.
    case negative(run: Int)
    /// The run ends after the last pixel of the image.
    case beyondSize(run: Int)
    /// The runs end before the last pixel of the image, by as many pixels.
    case tooShort(missing: Int)

    /// What is wrong, and where.
    public var description: String {
        switch self {
        case .badSize(let height, let width):
            "a mask of \(height) by \(width) pixels is none: it has 1 to \(UInt32.max) pixels"
        case .badByte(let byte, let offset):
            "byte \(offset) of the runs of the mask is \(byte): 48 to 111 are digits"
        case .truncated: "the runs of the mask end within a number"
        case .overlong(let run): "run \(run) of the mask has too many digits"
        case .negative(let run): "run \(run) of the mask is shorter than nothing"
        case .beyondSize(let run): "run \(run) of the mask ends after the last pixel of the image"
        case .tooShort(let missing):
            "the runs of the mask end \(missing) pixels before the end of the image"
        }
    }
}

// MARK: - The text of pycocotools

// Each number has digits of 5 bits, the lowest ones first; 32 is added to all but the last one, and
// 48 to each. The highest bit of the last digit is the sign. From the fourth run on, the number is
// what the run is longer than the one two before it (`rleToString` of maskApi).
extension RunLengthMask {
    /// Digits of the longest number: a sign and the 32 bits of a count need 33.
    private static let mostDigits = 7

    /// The runs as text: the bytes that pycocotools has in `counts`.
    public var compressed: String {
        var text: [UInt8] = []
        for (index, count) in counts.enumerated() {
            var number = Int(count)
            if index > 2 { number -= Int(counts[index - 2]) }
            var isLast = false
            while !isLast {
                let digit = UInt8(number & 31)
                number >>= 5
                isLast = number == (digit & 16 == 0 ? 0 : -1)
                text.append((isLast ? digit : digit | 32) + 48)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads the text that pycocotools has in `counts`, of an image of `height` by `width` pixels.
    ///
    /// A number may have needless digits, up to seven in all. The memory it takes is a few times
    /// that of the text, whatever the size.
    ///
    /// - Throws: `RunLengthMaskError` when the size is none, the text is no such text, or the runs
    ///   do not fill the size.
    public init(height: Int, width: Int, compressed: String) throws(RunLengthMaskError) {
        var left = try Self.pixelCount(height: height, width: width)
        var counts: [UInt32] = []
        var (number, digits) = (0, 0)
        for (offset, byte) in compressed.utf8.enumerated() {
            guard (48...111).contains(byte) else { throw .badByte(byte, offset: offset) }
            guard digits < Self.mostDigits else { throw .overlong(run: counts.count) }
            let digit = Int(byte - 48)
            number |= (digit & 31) << (5 * digits)
            digits += 1
            guard digit & 32 == 0 else { continue }
            if digit & 16 != 0 { number -= 1 << (5 * digits) }
            if counts.count > 2 { number += Int(counts[counts.count - 2]) }
            guard number >= 0 else { throw .negative(run: counts.count) }
            guard number <= left else { throw .beyondSize(run: counts.count) }
            left -= number
            counts.append(UInt32(number))
            (number, digits) = (0, 0)
        }
        guard digits == 0 else { throw .truncated }
        guard left == 0 else { throw .tooShort(missing: left) }
        self.init(height: height, width: width, filledBy: counts)
    }
}

// MARK: - JSON as in COCO: `size` and `counts`

extension RunLengthMask: Codable {
    private enum Keys: String, CodingKey { case size, counts }

    /// Reads `{"size":[height,width],"counts":…}`, the counts as a text or as a list of numbers.
    ///
    /// - Throws: `DecodingError` when that is not what is there, or the runs do not fill the size.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        let size = try container.decode([Int].self, forKey: .size)
        guard size.count == 2 else {
            throw DecodingError.dataCorruptedError(
                forKey: .size,
                in: container,
                debugDescription: "the size of a mask is [height, width] in pixels"
            )
        }
        do {
            if let text = try Self.text(in: container) {
                try self.init(height: size[0], width: size[1], compressed: text)
            } else {
                let counts = try container.decode([UInt32].self, forKey: .counts)
                try self.init(height: size[0], width: size[1], counts: counts)
            }
        } catch let error as RunLengthMaskError {
            throw DecodingError.dataCorruptedError(
                forKey: .counts,
                in: container,
                debugDescription: error.description
            )
        }
    }

    private static func text(in container: KeyedDecodingContainer<Keys>) throws -> String? {
        do {
            return try container.decode(String.self, forKey: .counts)
        } catch DecodingError.typeMismatch {
            return nil
        }
    }

    /// Writes the size and the counts as a text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode([height, width], forKey: .size)
        try container.encode(compressed, forKey: .counts)
    }
}

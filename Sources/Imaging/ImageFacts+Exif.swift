package import CurationCore

extension ImageFacts {
    /// Reads the facts from the EXIF data of a file; none when it has none that can be trusted.
    package init(of bytes: [UInt8], format: ImageFormat) {
        guard let block = ExifBlock.find(in: bytes, format: format), let reader = TIFFReader(block)
        else {
            self.init()
            return
        }
        let first = reader.firstDirectory()
        let exif = reader.subdirectory(Tag.exifDirectory, of: first)
        let time = reader.text(Tag.dateTimeOriginal, of: exif).flatMap(Self.time)
        let offset = reader.text(Tag.offsetTimeOriginal, of: exif).flatMap(Self.offset)
        self.init(
            camera: Self.camera(
                maker: Self.cleaned(reader.text(Tag.make, of: first)),
                model: Self.cleaned(reader.text(Tag.model, of: first))
            ),
            capturedAt: time.map { $0 + (offset ?? "") },
            hasLocation: Self.hasLatitude(
                reader,
                reader.subdirectory(Tag.locationDirectory, of: first)
            )
        )
    }

    /// The tags that are read (EXIF 2.32, 4.6).
    private enum Tag {
        static let make = 0x010F
        static let model = 0x0110
        static let exifDirectory = 0x8769
        static let locationDirectory = 0x8825
        static let dateTimeOriginal = 0x9003
        static let offsetTimeOriginal = 0x9011
        static let latitude = 2
    }
}

// MARK: - Camera

extension ImageFacts {
    private static let longestCamera = 100

    /// Maker and model; the model alone when it starts with the first word of the maker.
    private static func camera(maker: String, model: String) -> String? {
        let name = maker.prefix { $0 != " " }.lowercased()
        let isNamed = !name.isEmpty && model.lowercased().hasPrefix(name)
        let whole = isNamed || maker.isEmpty ? model : model.isEmpty ? maker : "\(maker) \(model)"
        // Scalars are counted, since a single character may have any number of accents.
        let text = String(String.UnicodeScalarView(whole.unicodeScalars.prefix(longestCamera)))
        return text.isEmpty ? nil : text
    }

    /// The words of a text without what a terminal or a page might take for more than text.
    private static func cleaned(_ text: ArraySlice<UInt8>?) -> String {
        // A scalar has four bytes at most.
        let bytes = (text ?? []).prefix(4 * longestCamera)
        let scalars = String(decoding: bytes, as: UTF8.self).unicodeScalars.map {
            isHarmless($0) ? $0 : " "
        }
        return String(String.UnicodeScalarView(scalars)).split(separator: " ")
            .joined(separator: " ")
    }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
            .paragraphSeparator, .spaceSeparator:
            false
        default: scalar != "\u{FFFD}"
        }
    }
}

// MARK: - Time and place

extension ImageFacts {
    /// `2026-01-31T12:00:00` of `2026:01:31 12:00:00`; nil when there is no such time.
    private static func time(_ text: ArraySlice<UInt8>) -> String? {
        let bytes = Array(text.prefix(20))
        guard let year = digits(bytes, 0..<4), let month = digits(bytes, 5..<7),
            let day = digits(bytes, 8..<10), let hour = digits(bytes, 11..<13),
            let minute = digits(bytes, 14..<16), let second = digits(bytes, 17..<19),
            bytes.count == 19 || bytes[19] == UInt8(ascii: " ")
        else { return nil }
        guard year > 0, (1...12).contains(month), (1...days(in: month, of: year)).contains(day),
            hour < 24, minute < 60, second < 60
        else { return nil }
        // Some programs separate the numbers of the date in their own way.
        let date = [0..<4, 5..<7, 8..<10].map { String(decoding: bytes[$0], as: UTF8.self) }
        let clock = [11..<13, 14..<16, 17..<19].map { String(decoding: bytes[$0], as: UTF8.self) }
        return date.joined(separator: "-") + "T" + clock.joined(separator: ":")
    }

    /// An offset from UTC such as `+09:00` as it is; nil when there is none such.
    private static func offset(_ text: ArraySlice<UInt8>) -> String? {
        let bytes = Array(text.prefix(7))
        guard bytes.count == 6, bytes[0] == UInt8(ascii: "+") || bytes[0] == UInt8(ascii: "-"),
            bytes[3] == UInt8(ascii: ":"), let hours = digits(bytes, 1..<3), hours <= 14,
            let minutes = digits(bytes, 4..<6), minutes < 60
        else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The number that some digits write; nil when there are others among them.
    private static func digits(_ bytes: [UInt8], _ range: Range<Int>) -> Int? {
        guard range.upperBound <= bytes.count else { return nil }
        return bytes[range].reduce(0) { value, byte in
            guard let value, (48...57).contains(byte) else { return nil }
            return value * 10 + Int(byte - 48)
        }
    }

    /// Whether there is a latitude of three fractions; cameras that do not know where they are write
    /// 0/0.
    private static func hasLatitude(_ reader: TIFFReader, _ fields: [TIFFReader.Field]) -> Bool {
        let rational = 5
        guard let field = fields.first(where: { $0.tag == Tag.latitude }), field.kind == rational,
            field.count == 3, let start = reader.integer(at: field.place, size: 4)
        else { return false }
        let denominators = (0..<3).map { reader.integer(at: start + 8 * $0 + 4, size: 4) }
        return denominators.allSatisfy { $0 != nil } && denominators.contains { $0 != 0 }
    }
}

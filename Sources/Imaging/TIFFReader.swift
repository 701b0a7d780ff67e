/// Reads the directories of a TIFF structure in its own byte order, never beyond its end.
///
/// Offsets are those of the structure; nothing is trusted: a wrong one gives nil.
struct TIFFReader {
    /// One field of a directory: what its 12 bytes say (TIFF 6.0, section 2).
    struct Field {
        /// What it is about.
        let tag: Int
        /// What its values are; see `Kind`.
        let kind: Int
        /// How many values there are.
        let count: Int
        /// Where in the structure the four bytes are that hold the value, or point to it.
        let place: Int
    }

    /// The types of values that are read here.
    enum Kind {
        static let ascii = 2
        static let short = 3
        static let long = 4
    }

    /// Fields of one directory that are looked at; real ones have fewer than 100.
    private static let mostFields = 1000

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

    /// The fields of the first directory, as far as they are whole.
    func firstDirectory() -> [Field] {
        integer(at: 4, size: 4).map { directory(at: $0) } ?? []
    }

    /// The fields of the directory that a field of type LONG points to, such as that of EXIF (0x8769)
    /// or of GPS (0x8825); none when it is not one.
    func subdirectory(_ tag: Int, of fields: [Field]) -> [Field] {
        integer(tag, of: fields).map { directory(at: $0) } ?? []
    }

    /// The fields of the directory at an offset, as far as they are whole.
    func directory(at offset: Int) -> [Field] {
        guard let count = integer(at: offset, size: 2) else { return [] }
        var fields: [Field] = []
        for index in 0..<min(count, Self.mostFields) {
            let start = offset + 2 + 12 * index
            guard let tag = integer(at: start, size: 2), let kind = integer(at: start + 2, size: 2),
                let count = integer(at: start + 4, size: 4)
            else { break }
            fields.append(Field(tag: tag, kind: kind, count: count, place: start + 8))
        }
        return fields
    }

    /// The value of the first field of that tag when it is a single SHORT or LONG.
    func integer(_ tag: Int, of fields: [Field]) -> Int? {
        guard let field = fields.first(where: { $0.tag == tag }), field.count == 1 else {
            return nil
        }
        switch field.kind {
        case Kind.short: return integer(at: field.place, size: 2)
        case Kind.long: return integer(at: field.place, size: 4)
        default: return nil
        }
    }

    /// The bytes of the first field of that tag when it is ASCII, up to the first NUL.
    func text(_ tag: Int, of fields: [Field]) -> ArraySlice<UInt8>? {
        guard let field = fields.first(where: { $0.tag == tag }), field.kind == Kind.ascii else {
            return nil
        }
        let start = field.count <= 4 ? field.place : integer(at: field.place, size: 4)
        guard let start, start <= block.count, field.count <= block.count - start else {
            return nil
        }
        let first = block.startIndex + start
        return block[first..<(first + field.count)].prefix { $0 != 0 }
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

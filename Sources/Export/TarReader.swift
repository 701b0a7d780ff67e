package import CurationCore

/// Reads the members of a tar archive one after the other, and the digest of the whole file.
///
/// Only what `TarArchive` writes is read: regular files and the pax records `path` and `size`.
/// Links, devices and folders are refused, so reading never leads anywhere else.
package struct TarReader: ~Copyable {
    /// A regular file in the archive.
    package struct Member: Sendable, Equatable {
        /// The name, as written.
        package let name: String
        /// The content.
        package let bytes: [UInt8]
    }

    // Pax records of ours are a name and a number.
    private static let largestRecords = 64 * 1024

    private let file: InputFile
    private var hasher = ContentHasher()
    private var position = 0

    /// Opens the archive at `path`, which must not be a link.
    package init(path: String) throws(ExportError) {
        file = try InputFile(path: path, followingLinks: false)
    }

    /// The size of the archive.
    package var size: Int { file.size }

    /// The next member; nil after the last one.
    ///
    /// - Throws: `ExportError.badArchive` when the archive breaks the format or ends early.
    package mutating func next() throws(ExportError) -> Member? {
        guard var header = try nextHeader() else { return nil }
        var path: String?
        var size: Int?
        if header.type == UInt8(ascii: "x") {
            guard header.size <= Self.largestRecords else { throw bad("pax records are too long") }
            for (key, value) in try records(in: try content(header.size)) {
                switch key {
                case "path": path = value
                case "size": size = Int(value)
                default: throw bad("unknown pax record '\(key)'")
                }
            }
            guard let described = try nextHeader() else { throw bad("pax records without a file") }
            header = described
        }
        guard header.type == UInt8(ascii: "0") else {
            throw bad("'\(header.name)' is not a regular file")
        }
        return Member(name: path ?? header.name, bytes: try content(size ?? header.size))
    }

    /// The digest of the whole file, once `next` has given nil.
    package consuming func digest() -> ContentDigest {
        precondition(position == file.size, "the archive was not read to its end")
        return hasher.finish()
    }

    private mutating func read(_ count: Int) throws(ExportError) -> [UInt8] {
        guard count <= file.size - position else { throw bad("it ends early") }
        let bytes = try file.read(count)
        guard bytes.count == count else { throw bad("it ends early") }
        hasher.update(bytes)
        position += count
        return bytes
    }

    private mutating func content(_ size: Int) throws(ExportError) -> [UInt8] {
        guard size >= 0, size <= file.size - position else { throw bad("it ends early") }
        let bytes = try read(size)
        let padding = try read(TarArchive.padding(after: size).count)
        guard padding.allSatisfy({ $0 == 0 }) else { throw bad("padding is not zero") }
        return bytes
    }

    private mutating func nextHeader() throws(ExportError) -> TarHeader? {
        let block = try read(TarArchive.blockSize)
        if block.allSatisfy({ $0 == 0 }) {
            let second = try read(TarArchive.blockSize)
            guard second.allSatisfy({ $0 == 0 }), position == file.size else {
                throw bad("something follows the end")
            }
            return nil
        }
        guard let header = TarHeader(block: block) else { throw bad("a header is damaged") }
        return header
    }

    private func records(in bytes: [UInt8]) throws(ExportError) -> [(key: String, value: String)] {
        var found: [(key: String, value: String)] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let digits = rest.prefix { $0 != UInt8(ascii: " ") }
            guard digits.count < 10, let length = Int(String(decoding: digits, as: UTF8.self)),
                length > digits.count + 2, length <= rest.count
            else { throw bad("a pax record is damaged") }
            let body = rest.prefix(length).dropFirst(digits.count + 1)
            guard body.last == UInt8(ascii: "\n"),
                let equals = body.firstIndex(of: UInt8(ascii: "=")),
                let key = String(validating: body[..<equals], as: UTF8.self),
                let value = String(validating: body[(equals + 1)...].dropLast(), as: UTF8.self)
            else { throw bad("a pax record is damaged") }
            found.append((key, value))
            rest = rest.dropFirst(length)
        }
        return found
    }

    private func bad(_ reason: String) -> ExportError {
        .badArchive(path: file.path, reason: "\(reason) (near byte \(position))")
    }
}

/// What the 512 bytes before a member say.
private struct TarHeader {
    let name: String
    let size: Int
    let type: UInt8

    /// Nil unless magic, checksum, name and size are right.
    init?(block: [UInt8]) {
        guard block[257..<263].elementsEqual("ustar\0".utf8),
            let sum = Self.octal(block[148..<156]),
            let size = Self.octal(block[124..<136]),
            let name = String(validating: block[0..<100].prefix { $0 != 0 }, as: UTF8.self)
        else { return nil }
        let blanks = 8 * Int(UInt8(ascii: " "))
        let actual = block.reduce(0) { $0 + Int($1) } - block[148..<156].reduce(0) { $0 + Int($1) }
        guard actual + blanks == sum else { return nil }
        self.name = name
        self.size = size
        type = block[156]
    }

    private static func octal(_ field: ArraySlice<UInt8>) -> Int? {
        let digits = field.prefix { $0 != 0 && $0 != UInt8(ascii: " ") }
        guard digits.allSatisfy({ (48...55).contains($0) }) else { return nil }
        return Int(String(decoding: digits, as: UTF8.self), radix: 8)
    }
}

/// The blocks of a tar archive as it is written.
///
/// POSIX ustar, with pax records where ustar is too small for a name or size (POSIX.1-2017, pax).
/// Nothing in it tells machine, user or time.
package enum TarArchive {
    /// Bytes of a block.
    static let blockSize = 512
    /// What ends an archive.
    package static let end = [UInt8](repeating: 0, count: 2 * blockSize)
    /// The largest size that the 11 octal digits of a header hold.
    static let largestPlainSize = 0o77777777777

    /// Zero to 511 zero bytes that fill the last block of a member of `size` bytes.
    package static func padding(after size: Int) -> [UInt8] {
        [UInt8](repeating: 0, count: (blockSize - size % blockSize) % blockSize)
    }

    /// The blocks before the content of a regular file.
    package static func header(name: String, size: Int) -> [UInt8] {
        if isPlain(name, size: size) { return block(name: name, size: size, type: "0") }
        var records: [UInt8] = []
        let isShort = isPlain(name, size: 0)
        if !isShort { records += record(key: "path", value: name) }
        if size > largestPlainSize { records += record(key: "size", value: String(size)) }
        let shortName = isShort ? name : "long-name"
        return block(name: "pax-header", size: records.count, type: "x")
            + records + padding(after: records.count)
            + block(name: shortName, size: min(size, largestPlainSize), type: "0")
    }

    /// The bytes that a member of `size` bytes takes, with its header.
    static func space(name: String, size: Int) -> Int {
        let header = isPlain(name, size: size) ? blockSize : header(name: name, size: size).count
        return header + (size + blockSize - 1) / blockSize * blockSize
    }

    // What a plain ustar header holds without the help of pax records.
    private static func isPlain(_ name: String, size: Int) -> Bool {
        size <= largestPlainSize && name.utf8.count <= 100 && name.utf8.allSatisfy { $0 < 0x80 }
    }

    // A record counts its own length, the digits of the length included.
    private static func record(key: String, value: String) -> [UInt8] {
        let rest = " \(key)=\(value)\n"
        var length = rest.utf8.count + 1
        while String(length).utf8.count + rest.utf8.count != length {
            length = String(length).utf8.count + rest.utf8.count
        }
        return Array("\(length)\(rest)".utf8)
    }

    private static func block(name: String, size: Int, type: Character) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: blockSize)
        func put(_ text: String, at offset: Int) {
            block.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
        }
        put(name, at: 0)
        put("0000644", at: 100)
        put("0000000", at: 108)
        put("0000000", at: 116)
        put(octal(size, digits: 11), at: 124)
        put(octal(0, digits: 11), at: 136)
        put("        ", at: 148)
        put(String(type), at: 156)
        put("ustar", at: 257)
        put("00", at: 263)
        var sum = 0
        for byte in block { sum += Int(byte) }
        put(octal(sum, digits: 6), at: 148)
        block[154] = 0
        return block
    }

    private static func octal(_ value: Int, digits: Int) -> String {
        let text = String(value, radix: 8)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}

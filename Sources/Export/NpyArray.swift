import CurationCore

/// Rows of numbers in NumPy's `.npy` format (NEP 1): written as version 1.0, C order, little-endian.
package struct NpyArray: Sendable, Equatable {
    /// Rows.
    package let rows: Int
    /// Numbers a row.
    package let columns: Int
    /// All rows, one after the other.
    package let values: [Float]

    private static let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]

    /// A file of float32 numbers with the lengths in `shape`, one or two of them.
    package static func file(_ values: ArraySlice<Float>, shape: [Int]) -> [UInt8] {
        precondition(shape.reduce(1, *) == values.count, "the shape counts the values")
        return header(type: "<f4", shape: shape) + LittleEndian.bytes(of: values)
    }

    /// A file of int32 numbers with the lengths in `shape`, one or two of them.
    package static func file(_ values: [Int32], shape: [Int]) -> [UInt8] {
        precondition(shape.reduce(1, *) == values.count, "the shape counts the values")
        return header(type: "<i4", shape: shape) + LittleEndian.bytes(of: values)
    }

    /// Reads a file of float32 numbers in C order with one or two lengths; one length is one row.
    ///
    /// - Throws: `ExportError.badArray` with what is wrong, or `ExportError.unreadable`.
    package init(path: String) throws(ExportError) {
        try self.init(bytes: try InputFile.contents(of: path), path: path)
    }

    /// Reads the bytes of such a file; `path` is for messages.
    package init(bytes: [UInt8], path: String) throws(ExportError) {
        func bad(_ reason: String) -> ExportError { .badArray(path: path, reason: reason) }
        guard bytes.count >= 10, bytes.starts(with: Self.magic) else {
            throw bad("it does not start like a .npy file")
        }
        guard bytes[6] == 1, bytes[7] == 0 else {
            throw bad("it has format version \(bytes[6]).\(bytes[7]), and 1.0 is read")
        }
        let end = 10 + Int(bytes[8]) + Int(bytes[9]) << 8
        guard end <= bytes.count else { throw bad("its header ends early") }
        guard let header = NpyHeader(bytes[10..<end]) else { throw bad("its header is damaged") }
        guard header.type == "<f4" else {
            throw bad("it holds '\(header.type)'; save it as float32 ('<f4')")
        }
        guard !header.isColumnMajor else { throw bad("it is in Fortran order; save it in C order") }
        guard (1...2).contains(header.shape.count) else {
            throw bad("it has \(header.shape.count) dimensions, and 1 or 2 are read")
        }
        rows = header.shape.count == 2 ? header.shape[0] : 1
        columns = header.shape.count == 2 ? header.shape[1] : header.shape[0]
        let (count, tooMany) = rows.multipliedReportingOverflow(by: columns)
        guard !tooMany, count <= (bytes.count - end) / 4, count * 4 == bytes.count - end else {
            throw bad(
                "its shape \(header.shape) does not fit its \(bytes.count - end) bytes of data"
            )
        }
        values = LittleEndian.floats(bytes[end...])
    }

    // The header ends with a line feed at a multiple of 64 bytes.
    private static func header(type: String, shape: [Int]) -> [UInt8] {
        let lengths = shape.map(String.init).joined(separator: ", ")
        let tuple = shape.count == 1 ? "(\(lengths),)" : "(\(lengths))"
        var text = Array("{'descr': '\(type)', 'fortran_order': False, 'shape': \(tuple), }".utf8)
        let space = (64 - (magic.count + 4 + text.count + 1) % 64) % 64
        text += [UInt8](repeating: UInt8(ascii: " "), count: space) + [UInt8(ascii: "\n")]
        return magic + [1, 0, UInt8(text.count & 255), UInt8(text.count >> 8)] + text
    }
}

/// The Python dictionary in front of the numbers: exactly `descr`, `fortran_order` and `shape`.
private struct NpyHeader {
    private(set) var type = ""
    private(set) var isColumnMajor = false
    private(set) var shape: [Int] = []

    init?(_ bytes: ArraySlice<UInt8>) {
        guard bytes.allSatisfy({ (0x20..<0x7F).contains($0) || $0 == 0x0A }) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self).filter { $0 != " " && $0 != "\n" }
        guard text.first == "{", text.last == "}" else { return nil }
        var rest = text.dropFirst().dropLast()
        var keys: Set<String> = []
        while !rest.isEmpty {
            guard let key = Self.quoted(&rest), rest.popFirst() == ":", keys.insert(key).inserted,
                take(key, from: &rest), rest.isEmpty || rest.popFirst() == ","
            else { return nil }
        }
        guard keys == ["descr", "fortran_order", "shape"] else { return nil }
    }

    private mutating func take(_ key: String, from rest: inout Substring) -> Bool {
        switch key {
        case "descr":
            guard let value = Self.quoted(&rest) else { return false }
            type = value
        case "fortran_order":
            guard let word = ["True", "False"].first(where: { rest.hasPrefix($0) }) else {
                return false
            }
            rest = rest.dropFirst(word.count)
            isColumnMajor = word == "True"
        case "shape":
            guard rest.popFirst() == "(", let close = rest.firstIndex(of: ")") else { return false }
            for part in rest[..<close].split(separator: ",") {
                guard let length = Int(part), length >= 0 else { return false }
                shape.append(length)
            }
            rest = rest[rest.index(after: close)...]
        default: return false
        }
        return true
    }

    private static func quoted(_ rest: inout Substring) -> String? {
        guard rest.popFirst() == "'", let close = rest.firstIndex(of: "'") else { return nil }
        defer { rest = rest[rest.index(after: close)...] }
        return String(rest[..<close])
    }
}

extension ImageReferences {
    /// The path in each row of comma- or tab-separated values, by the first of the usual columns
    /// that is there; a row without a path is left out, and one that is wrong is a fault.
    ///
    /// - Throws: `InterchangeError` when the first line is wrong, and with the first one that is when
    ///   no other names a picture.
    package static func csv(
        _ bytes: [UInt8],
        separator: UInt8 = UInt8(ascii: ",")
    ) throws(InterchangeError) -> Found {
        var column: Int?
        var found = Found()
        var first: InterchangeError?
        try CsvFormat.forEachRow(of: bytes, separator: separator) { line, error in
            if first == nil { first = error }
            found.faults.append(Fault(number: line, reason: error.description))
        } body: { row throws(InterchangeError) in
            guard let column else {
                let names = row.fields.map { $0.lowercased() }
                column = pathKeys.lazy.compactMap(names.firstIndex(of:)).first
                guard column != nil else {
                    throw .missingColumns(
                        found: row.fields,
                        needed: "one of \(pathKeys.joined(separator: ", "))"
                    )
                }
                return
            }
            let name = row.fields[column]
            guard !name.isEmpty else { return }
            found.references.append(ImageReference(name: Array(name.utf8), number: row.line))
        }
        if found.references.isEmpty, let first { throw first }
        return found
    }
}

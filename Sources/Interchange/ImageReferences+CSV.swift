extension ImageReferences {
    /// The path in each row of comma- or tab-separated values, by the first of the usual columns
    /// that is there; a row without a path is left out.
    ///
    /// - Throws: `InterchangeError` with the line that is wrong.
    package static func csv(
        _ bytes: [UInt8],
        separator: UInt8 = UInt8(ascii: ",")
    ) throws(InterchangeError) -> [ImageReference] {
        var column: Int?
        var found: [ImageReference] = []
        try CsvFormat.forEachRow(of: bytes, separator: separator) { row throws(InterchangeError) in
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
            found.append(ImageReference(name: Array(name.utf8), number: row.line))
        }
        return found
    }
}

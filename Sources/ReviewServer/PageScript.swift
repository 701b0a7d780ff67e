/// The scripts of the page as they are sent: without comments on lines of their own, and without indentation.
///
/// They are written for readers and sent to browsers; a third of their bytes is for readers only. What stands
/// on a line stays as it is, so that a fault is still found by its words. It takes lines for what they begin
/// with: a text in backquotes must not go over several lines, which the tests see to.
package enum PageScript {
    /// The script with its code alone.
    package static func lean(_ bytes: [UInt8]) -> [UInt8] {
        var lean: [UInt8] = []
        lean.reserveCapacity(bytes.count)
        var isInComment = false
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let code = line.drop { $0 == UInt8(ascii: " ") }
            if isInComment {
                isInComment = !ends(code)
                continue
            }
            if code.isEmpty || code.starts(with: "//".utf8) { continue }
            if code.starts(with: "/**".utf8) {
                isInComment = !contains("*/", code)
                // A comment that says the type of what follows on its line stays with it.
                if isInComment || ends(code) { continue }
            }
            lean += code
            lean.append(UInt8(ascii: "\n"))
        }
        return lean
    }

    private static func ends(_ line: some Collection<UInt8>) -> Bool {
        line.count >= 2 && line.suffix(2).elementsEqual("*/".utf8)
    }

    private static func contains(_ text: String, _ line: some Collection<UInt8>) -> Bool {
        String(decoding: line, as: UTF8.self).contains(text)
    }
}

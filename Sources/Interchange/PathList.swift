/// A list of paths: one a line, or each with a zero byte after it as `find -print0` writes them.
///
/// It is of the second kind when it ends with a zero byte, or has one and no line feed; elsewhere a
/// zero byte is part of its line, of which no file has the name. The bytes of a path are taken as
/// they are. A byte order mark at the start, the carriage return of CR LF and empty lines do not
/// count; there are no comments, for a name may start with anything.
package enum PathList {
    private static let lineFeed: UInt8 = 0x0A
    private static let carriageReturn: UInt8 = 0x0D

    /// Calls `body` with each path and the number of its line, from 1.
    package static func forEach<Failure: Error>(
        in bytes: [UInt8],
        _ body: (ArraySlice<UInt8>, Int) throws(Failure) -> Void
    ) throws(Failure) {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let isZeroSeparated =
            bytes.last == 0 || (!bytes.contains(lineFeed) && bytes.contains(0))
        let separator = isZeroSeparated ? 0 : lineFeed
        var start = bytes.starts(with: mark) ? mark.count : 0
        var number = 1
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: separator) ?? bytes.count
            var path = bytes[start..<end]
            if !isZeroSeparated, path.last == carriageReturn { path.removeLast() }
            if !path.isEmpty { try body(path, number) }
            number += 1
            start = end + 1
        }
    }
}

import CurationCore

/// The words of the command line, whatever their bytes are.
///
/// Swift's own list of them replaces what is no UTF-8, so that a file of such a name could not be
/// named. The memory is that of the system, and lives as long as the process.
enum Arguments {
    /// All but the name of the command, as texts of `PathText`.
    static var words: [String] {
        let all = unsafe UnsafeBufferPointer(
            start: CommandLine.unsafeArgv,
            count: Int(CommandLine.argc)
        )
        return unsafe all.dropFirst().compactMap(\.self).map { word in
            var bytes: [UInt8] = []
            var next = unsafe word
            while unsafe next.pointee != 0 {
                bytes.append(UInt8(bitPattern: unsafe next.pointee))
                unsafe next += 1
            }
            return PathText.text(of: bytes)
        }
    }
}

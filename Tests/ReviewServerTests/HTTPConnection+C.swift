#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

// URLSession decides on Host and Origin itself; the guard is tested with what a hostile program
// would send. Every `unsafe` here passes memory that Swift owns for the time of one call, with its
// true length.

/// A connection to a port of 127.0.0.1 that sends and receives bytes as they are.
final class HTTPConnection {
    // Seconds without a byte after which a test fails rather than hang.
    private static let patience = 300
    private let socketNumber: Int32

    /// Connects; nil when nobody listens.
    init?(port: Int) {
        #if canImport(Glibc)
        let kind = Int32(SOCK_STREAM.rawValue)
        #else
        let kind = SOCK_STREAM
        #endif
        socketNumber = socket(AF_INET, kind, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe connect(socketNumber, generic, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard socketNumber >= 0, result == 0 else { return nil }
        var patience = timeval(tv_sec: Self.patience, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        _ = unsafe setsockopt(socketNumber, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
    }

    deinit { _ = close(socketNumber) }

    /// Sends all of `bytes`; false when the other side has closed.
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let rest = Array(bytes[sent...])
            let step = unsafe write(socketNumber, rest, rest.count)
            guard step > 0 else { return false }
            sent += step
        }
        return true
    }

    /// The next bytes; none when the other side has closed or says nothing for minutes.
    func receive() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = unsafe read(socketNumber, &bytes, bytes.count)
        return Array(bytes.prefix(max(0, count)))
    }
}

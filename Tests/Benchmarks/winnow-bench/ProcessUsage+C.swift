import Foundation

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What the system says of this process.
enum ProcessUsage {
    /// The time on all cores so far, the system's part included.
    static var processorSeconds: Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// The most memory that was in use at once, in millions of bytes; 0 when the system hides it.
    static var peakMegabytes: Double {
        #if os(Linux)
        // `ru_maxrss` would count what the program that started this one had in use.
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
            let kibibytes = Double(line.filter(\.isNumber))
        else { return 0 }
        return kibibytes * 1024 / 1e6
        #else
        var usage = rusage()
        unsafe getrusage(RUSAGE_SELF, &usage)
        return Double(usage.ru_maxrss) / 1e6
        #endif
    }
}

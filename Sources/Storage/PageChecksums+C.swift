import CPageChecksum
import Foundation
import GRDB
import Synchronization

/// A checksum in the last bytes of every page of the database, so that a flipped bit is an error when
/// the page is read, and never a wrong label.
enum PageChecksums {
    private static let isRegistered = Mutex(false)

    /// Sees to it that connections opened from now on write and check them.
    ///
    /// - Throws: `StorageError.database` when SQLite does not take the layer.
    static func register() throws {
        try isRegistered.withLock { isRegistered in
            guard !isRegistered else { return }
            let code = cpc_register()
            guard code == 0 else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
            isRegistered = true
        }
    }

    /// Makes room for them in a database that has no pages yet; others stay as they are.
    static func reserve(in database: Database) throws {
        guard let connection = unsafe database.sqliteConnection else { return }
        let code = unsafe cpc_reserve(UnsafeMutableRawPointer(connection))
        guard code == 0 else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
    }

    /// Reads every page of a database file.
    ///
    /// - Returns: A sentence for each problem, and how many pages have no checksum, since another program
    ///   moved them there from the journal.
    static func check(_ file: URL) -> (problems: [String], unstamped: Int) {
        let found = BadPages()
        var (count, unstamped): (UInt64, UInt64) = (0, 0)
        let code = withExtendedLifetime(found) {
            unsafe cpc_check_file(
                file.path,
                { context, page in
                    guard let context = unsafe context else { return }
                    unsafe Unmanaged<BadPages>.fromOpaque(context).takeUnretainedValue()
                        .add(page)
                },
                Unmanaged.passUnretained(found).toOpaque(),
                &count,
                &unstamped
            )
        }
        var problems = found.sentences
        switch Int(code) {
        case CPC_CHECKED: break
        case CPC_CUT: problems.append("winnow.sqlite: the file ends within a page")
        case CPC_NOT_RESERVED: problems.append("winnow.sqlite: its pages have no checksums")
        case CPC_BAD_PAGE_SIZE: problems.append("winnow.sqlite: its header is damaged")
        default: problems.append("winnow.sqlite: it cannot be read")
        }
        return (problems, Int(unstamped))
    }
}

/// The pages whose checksum does not fit.
private final class BadPages {
    private static let most = 20
    private var pages: [UInt64] = []
    private var count = 0

    func add(_ page: UInt64) {
        count += 1
        if pages.count < Self.most { pages.append(page) }
    }

    var sentences: [String] {
        pages.map { "winnow.sqlite: page \($0) is not what was written" }
            + (count > pages.count ? ["winnow.sqlite: and \(count - pages.count) pages more"] : [])
    }
}

/// Why an archive, or one member of it, could not be read.
package enum ArchivesError: Error, Equatable, CustomStringConvertible {
    /// The archive cannot be opened.
    case unreadable(path: String, reason: String)
    /// The archive is wrong from some place on, so that nothing after it can be read.
    case damaged(path: String, reason: String)
    /// By its checksum the archive is wrong somewhere, perhaps in what was read already.
    case corrupt(path: String, reason: String)
    /// It unpacks to far more than it holds.
    case bomb(path: String)
    /// One member is wrong; the next one may be read.
    case badMember(path: String, reason: String)
    /// One member is larger than asked for.
    case memberTooLarge(path: String, limit: Int)
    /// The archive no longer has the member.
    case changed(path: String, member: String)
    /// What was unpacked cannot be kept in the folder of temporary files.
    case noRoom(folder: String, reason: String)

    /// What failed, on which archive, and what to do.
    package var description: String {
        switch self {
        case .unreadable(let path, let reason):
            "the archive \(path) cannot be opened (\(reason)): check its path and permissions"
        case .damaged(let path, let reason):
            "the archive \(path) is damaged (\(reason)): what came before that was read; copy it again "
                + "from its source"
        case .corrupt(let path, let reason):
            "the archive \(path) is damaged (\(reason)): what came before that was read, and may be "
                + "damaged too; copy it again from its source, and import it again"
        case .bomb(let path):
            "the archive \(path) unpacks to far more bytes than it has: what came before that was read; "
                + "unpack it yourself if you trust it, and import the folder"
        case .badMember(let path, let reason):
            "a member of the archive \(path) is damaged (\(reason)): pack it again"
        case .memberTooLarge(let path, let limit):
            "a member of the archive \(path) has more than \(limit >> 20) MiB: save the picture again "
                + "with compression"
        case .changed(let path, let member):
            "the archive \(path) no longer has \(member) as it was imported: put the archive back as it "
                + "was, or import it again"
        case .noRoom(let folder, let reason):
            "an archive cannot be unpacked into \(folder) (\(reason)): make room there"
        }
    }
}

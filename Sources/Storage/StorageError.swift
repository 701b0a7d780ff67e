/// Why the store could not do what it was asked.
package enum StorageError: Error, Equatable, CustomStringConvertible {
    /// There is no data set in the folder.
    case noDataset(folder: String)
    /// There is a data set in the folder already.
    case datasetExists(folder: String)
    /// The folder of the data set cannot be made.
    case cannotCreate(folder: String)
    /// The database was written by a newer release.
    case newerSchema(folder: String)
    /// The database was written by a build before the first release.
    case unreleasedSchema(folder: String)
    /// Another process is writing and did not stop in time.
    case busy
    /// The data set cannot be written by this user.
    case notWritable
    /// The disk is full or a size limit is reached.
    case full(file: String)
    /// SQLite refused, with its own words.
    case database(message: String)
    /// A feature file could not be read or written.
    case featureFile(path: String, reason: String)
    /// No version has the name or the prefix.
    case unknownVersion(String)
    /// More than one version has the prefix.
    case ambiguousVersion(String)
    /// The name is taken by a tag, which never moves.
    case tagExists(String)
    /// The text is no name of a version.
    case badName(String)
    /// There is no such branch, or none that can be used so.
    case branch(String, reason: String)
    /// There is no such batch, or it cannot be undone.
    case batch(Int64?, reason: String)
    /// A class cannot be changed so.
    case category(String, reason: String)
    /// A field, a value or a rule of governance that does not fit.
    case field(String, reason: String)
    /// The labels of now have changes that no version holds.
    case uncommitted(labels: Int)
    /// A merge left conflicts that nobody has decided yet, or is not finished.
    case merging(conflicts: Int)
    /// The vectors at hand do not fit together.
    case dimension(expected: Int, found: Int)

    /// What failed, and what to do.
    package var description: String {
        switch self {
        case .noDataset(let folder):
            "no data set in \(folder): make one with `winnow init \(folder)`, or name it with -d"
        case .datasetExists(let folder):
            "there is a data set in \(folder) already: import into it, or choose another folder"
        case .cannotCreate(let folder):
            "cannot make the folder \(folder): it is a file, or its parent is read-only"
        case .newerSchema(let folder):
            "the data set in \(folder) was written by a newer winnow: update winnow to open it"
        case .unreleasedSchema(let folder):
            "the data set in \(folder) was written by a build of winnow before 0.1.0, whose data sets "
                + "are not read any more: make a new one and import the pictures again"
        case .branch(let name, let reason):
            "branch '\(name)': \(reason)"
        case .batch(let id, let reason):
            "\(id.map { "batch b-\($0)" } ?? "no batch"): \(reason)"
        case .category(let name, let reason):
            "class '\(name)': \(reason)"
        case .field(let name, let reason):
            "field '\(name)': \(reason)"
        case .uncommitted(let labels):
            "there are changes that no version holds (\(labels) pictures; `winnow status` lists them): "
                + "commit them first (`switch` and `restore` leave them behind with --yes)"
        case .merging(let conflicts):
            conflicts > 0
                ? "a merge has \(conflicts) open conflicts: decide them in `winnow review`, or take the "
                    + "merge back with `winnow merge --abort`"
                : "a merge is not finished: finish it with `winnow commit -m MESSAGE`, or take it back "
                    + "with `winnow merge --abort`"
        case .busy:
            "another process is writing to the data set: try again when it is done"
        case .notWritable:
            "the data set cannot be written, and even reading needs that for its journal: make its "
                + "folder writable, or copy it to a place that is"
        case .full(let file):
            "no room left on the disk to write \(file): make room and run the command again"
        case .database(let message):
            "the database refused: \(message); `winnow verify` tells whether it is damaged"
        case .featureFile(let path, let reason):
            "feature file \(path): \(reason); delete it, and `winnow embed` and `winnow predict` make it "
                + "again"
        case .unknownVersion(let name):
            "no version '\(name)': `winnow log` lists them; a unique beginning of an id will do"
        case .ambiguousVersion(let name):
            "'\(name)' is the beginning of more than one version: give more digits"
        case .tagExists(let name):
            "there is a tag '\(name)' already, and tags never move: choose another name"
        case .badName(let name):
            "'\(name)' is no name for a version: use letters, digits, dots, dashes and underscores, "
                + "and not HEAD"
        case .dimension(let expected, let found):
            "vectors of \(found) numbers do not fit an embedder of \(expected)"
        }
    }
}

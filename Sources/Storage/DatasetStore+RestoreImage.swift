package import CurationCore
import GRDB

extension DatasetStore {
    /// Makes the labels of one image those of a version; it comes back into the data set if it was in it
    /// then, and leaves it if it was not.
    ///
    /// - Returns: The number of the change, and how many labels it revised; nil where nothing differs.
    package func restore(
        _ sample: Sample.ID,
        to version: Version,
        author: String,
        at moment: Timestamp
    ) throws(StorageError) -> (change: Int64, labels: Int)? {
        try write { database in
            let point = try LogPoint(of: version.id, in: database)
            var batch = LabelBatch(kind: .restore, author: author, at: moment)
            batch.payload = ["version": version.id.hex, "image": "\(sample)"]
            for newest in try AnnotationTable.current(of: sample, in: database) {
                let wanted = try AnnotationTable.revision(
                    of: newest,
                    upTo: point.lastAnnotation,
                    in: database
                )
                if let wanted {
                    guard wanted.content != newest.content || wanted.state != newest.state
                    else { continue }
                    batch.revisions.append(.repeating(wanted, after: newest))
                } else if newest.state != .removed {
                    batch.revisions.append(.removal(of: newest, source: author))
                }
            }
            let (was, now) = (
                try point.has(sample, in: database),
                try LogPoint.now(in: database).has(sample, in: database)
            )
            if was != now {
                batch.memberships = [MembershipRow(sample: sample, isPresent: was)]
            }
            guard !batch.isEmpty else { return nil }
            let change = try batch.append(to: database)
            try Self.resolveConflicts(of: [sample], by: change, in: database)
            return (change, batch.revisions.count)
        }
    }
}

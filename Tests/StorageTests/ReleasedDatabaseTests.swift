import CurationCore
import Foundation
import GRDB
import Storage
import TestKit
import Testing

/// A database of each released schema is opened, brought up to date, and still says the same.
@Suite struct ReleasedDatabaseTests {
    private func opened(_ release: String) throws -> (TemporaryFolder, DatasetStore) {
        let folder = try TemporaryFolder()
        let set = folder.url.appending(path: "set")
        for part in ["features", "thumbnails"] {
            try FileManager.default.createDirectory(
                at: set.appending(path: part),
                withIntermediateDirectories: true
            )
        }
        try FileManager.default.copyItem(
            at: Fixtures.url("databases/\(release)/winnow.sqlite"),
            to: DatasetStore.databaseFile(in: set)
        )
        return (folder, try DatasetStore(opening: set))
    }

    @Test func `of 0_1_0`() throws {
        let (folder, store) = try opened("0.1.0")
        #expect(try store.verifyDatabase() == [])
        #expect(try store.alteredVersions() == [])
        #expect(try store.versions().count == 4)
        let now = try store.labeledSamples().map {
            "\($0.sample.id) \($0.labels.map(\.category).joined())"
        }
        #expect(now == ["1 dog", "2 tabby", "3 dog", "4 "])
        let first = try store.labeledSamples(at: try store.version(named: "v1")).map {
            "\($0.sample.id) \($0.labels.map(\.category).joined())"
        }
        #expect(first == ["1 cat", "2 cat", "3 dog", "4 ", "5 "])
        #expect(try store.fieldValues()[1] == ["licence": "CC0"])
        #expect(try store.exportRules().count == 1)
        #expect(try store.removedSamples().map(\.id) == [5])
        try store.label(
            [(2, [.classification(category: "owl")])],
            author: "a",
            message: "",
            at: StoreFixture.moment
        )
        _ = try store.undo(batch: nil, author: "a", at: StoreFixture.moment)
        let rule = try store.changes(limit: 99).first { $0.payload["rule"] != nil }
        _ = try store.undo(batch: rule?.id, author: "a", at: StoreFixture.moment)
        #expect(try store.exportRules().isEmpty)
        #expect(try store.verifyDatabase() == [])
        _ = folder
    }

    @Test func `one from before the first release is refused with a reason`() throws {
        let folder = try TemporaryFolder()
        let set = folder.url.appending(path: "set")
        _ = try DatasetStore(
            creating: set,
            schema: LabelSchema(task: .classification, categories: []),
            at: StoreFixture.moment
        )
        let queue = try DatabaseQueue(path: DatasetStore.databaseFile(in: set).path)
        try queue.write {
            try $0.execute(
                sql: "DELETE FROM grdb_migrations; INSERT INTO grdb_migrations VALUES ('1')"
            )
        }
        #expect(throws: StorageError.unreleasedSchema(folder: set.path)) {
            try DatasetStore(opening: set)
        }
    }
}

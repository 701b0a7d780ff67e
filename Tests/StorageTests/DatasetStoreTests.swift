import CurationCore
import Foundation
import GRDB
import Storage
import TestKit
import Testing

@Suite struct DatasetStoreTests {
    @Test func `a data set is made once and opened again`() throws {
        let fixture = try StoreFixture(samples: 3)
        let folder = fixture.store.folder
        #expect(throws: StorageError.datasetExists(folder: folder.path)) {
            try DatasetStore(
                creating: folder,
                schema: LabelSchema(task: .classification, categories: []),
                at: StoreFixture.moment
            )
        }
        let again = try DatasetStore(opening: folder)
        #expect(try again.samples().map(\.id) == [1, 2, 3])
        #expect(try again.schema().schema.categories.map(\.name) == ["cat", "dog"])
    }

    @Test func `opening a folder without a data set says how to make one`() throws {
        let folder = try TemporaryFolder()
        #expect(throws: StorageError.noDataset(folder: folder.url.path)) {
            try DatasetStore(opening: folder.url)
        }
    }

    @Test func `a sample comes back as it went in`() throws {
        let fixture = try StoreFixture(samples: 1)
        let sample = try #require(try fixture.store.samples().first)
        let new = StoreFixture.sample(0)
        #expect(sample.perceptualHash == new.perceptualHash)
        #expect(sample.sha256 == new.sha256)
        #expect(sample.width == new.width && sample.bytes == new.bytes)
        #expect(try fixture.store.metrics().first?.metrics == new.metrics)
    }

    @Test func `importing twice adds nothing and counts copies of contents`() throws {
        let fixture = try StoreFixture(samples: 2)
        let again = try fixture.store.add(
            [
                StoreFixture.sample(1), StoreFixture.sample(7, content: "picture 0"),
                StoreFixture.sample(8), StoreFixture.sample(9, content: "picture 8"),
            ],
            failures: [],
            author: "test",
            at: StoreFixture.moment
        )
        #expect(again.added == 3)
        #expect(again.exactDuplicates == 2)
        #expect(try fixture.store.sampleCount() == 5)
    }

    @Test func `a failure is kept, replaced, and gone once the file was read`() throws {
        let fixture = try StoreFixture()
        func fail(_ message: String) throws {
            let failure = ImportFailure(path: "/pictures/0.jpg", code: .corrupt, message: message)
            try fixture.store.add(
                [],
                failures: [FailedFile(failure: failure, bytes: 3, modifiedAt: 4)],
                author: "test",
                at: StoreFixture.moment
            )
        }
        try fail("first")
        try fail("second")
        #expect(try fixture.store.failures().map(\.message) == ["second"])
        #expect(try known(in: fixture).map(\.failure) == [.corrupt])
        try fixture.store.add(
            [StoreFixture.sample(0)],
            failures: [],
            author: "test",
            at: StoreFixture.moment
        )
        #expect(try fixture.store.failures().isEmpty)
        #expect(try known(in: fixture).map(\.sample) == [1])
        #expect(try known(in: fixture).map(\.failure) == [nil])
    }

    private func known(in fixture: StoreFixture, below prefix: String = "") throws -> [KnownFile] {
        try fixture.store.withKnownFiles(below: prefix) { next in
            var files: [KnownFile] = []
            while let file = try next() { files.append(file) }
            return files
        }
    }

    @Test func `known files come by the bytes of their paths, each once`() throws {
        let fixture = try StoreFixture()
        let paths = ["/b/2.jpg", "/b!.jpg", "/a/\u{E9}.jpg", "/a/e\u{301}.jpg", "/b/1.jpg"]
        try fixture.store.add(
            paths.enumerated().map { StoreFixture.sample($0.offset, path: $0.element) },
            failures: ["/b/1.jpg", "/b/3.jpg"].map {
                FailedFile(failure: ImportFailure(path: $0, code: .missing, message: "gone"))
            },
            author: "test",
            at: StoreFixture.moment
        )
        let all = try known(in: fixture)
        let sorted = (paths + ["/b/3.jpg"]).sorted {
            $0.utf8.lexicographicallyPrecedes($1.utf8)
        }
        #expect(all.map { ExactText($0.path) } == sorted.map { ExactText($0) })
        #expect(
            try known(in: fixture, below: "/b/").map(\.path) == [
                "/b/1.jpg", "/b/2.jpg", "/b/3.jpg",
            ]
        )
        #expect(try known(in: fixture, below: "/b/").map(\.failure) == [.missing, nil, .missing])
        #expect(try known(in: fixture, below: "/b/").last?.sample == nil)
    }

    @Test func `an image whose file is gone and comes back elsewhere is moved`() throws {
        let fixture = try StoreFixture(samples: 3)
        let before = try fixture.store.samples([2])
        let outcome = try fixture.store.add(
            [
                StoreFixture.sample(1, path: "/new/1.jpg"),
                StoreFixture.sample(2, path: "/new/2.jpg"),
            ],
            failures: [],
            author: "test",
            at: StoreFixture.moment,
            gone: GoneImages { $0.id == 2 }
        )
        #expect(outcome.moved == 1 && outcome.added == 1 && outcome.exactDuplicates == 1)
        #expect(outcome.ids == [nil, 4])
        let after = try #require(try fixture.store.samples([2]).first)
        #expect(after.path == "/new/1.jpg" && after.sha256 == before[0].sha256)
        #expect(try fixture.store.verifyDatabase().isEmpty)
        try DatabaseQueue(path: DatasetStore.databaseFile(in: fixture.store.folder).path).write {
            try $0.execute(sql: "UPDATE sample SET path = '/elsewhere' WHERE id = 2")
        }
        #expect(try fixture.store.verifyDatabase().count == 1)
    }

    @Test func `all that was measured comes back`() throws {
        let fixture = try StoreFixture(samples: 2)
        let (sample, metrics) = try #require(try fixture.store.metrics().last)
        #expect(metrics == StoreFixture.metrics)
        #expect(sample.damage == .truncated)
        #expect(sample.pixelDigest == ContentDigest(of: "pixels 1"))
        #expect(sample.perceptualHash == StoreFixture.sample(1).perceptualHash)
    }

    @Test func `vectors come back in the order of the samples`() throws {
        let fixture = try StoreFixture(samples: 5)
        let embedder = EmbedderID(name: "e", digest: ContentDigest(of: "e"))
        try fixture.store.add([
            (EmbeddingMatrix(samples: [4, 2], dimension: 3, values: [4, 4, 4, 2, 2, 2]), embedder)
        ])
        try fixture.store.add([
            (EmbeddingMatrix(samples: [1, 5], dimension: 3, values: [1, 1, 1, 5, 5, 5]), embedder)
        ])
        let all = try fixture.store.embeddings(from: embedder)
        #expect(all.samples == [1, 2, 4, 5])
        #expect(all.values == [1, 1, 1, 2, 2, 2, 4, 4, 4, 5, 5, 5])
        #expect(try fixture.store.samplesWithoutEmbedding(from: embedder).map(\.id) == [3])
        let reader = try fixture.store.vectors(from: embedder)
        #expect(try reader.vector(of: 5) == [5, 5, 5])
        #expect(try reader.vector(of: 3) == nil)
        #expect(throws: StorageError.dimension(expected: 3, found: 2)) {
            try fixture.store.add([
                (EmbeddingMatrix(samples: [3], dimension: 2, values: [0, 0]), embedder)
            ])
        }
    }

    @Test func `rows that a killed process left behind are written over`() throws {
        let fixture = try StoreFixture(samples: 2)
        let embedder = EmbedderID(name: "e", digest: ContentDigest(of: "e"))
        try fixture.store.add([
            (EmbeddingMatrix(samples: [1], dimension: 2, values: [1, 1]), embedder)
        ])
        let folder = fixture.store.featureFolder
        let name = try #require(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).first
        )
        let handle = try FileHandle(forWritingTo: folder.appending(path: name))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(repeating: 0xAA, count: 5))
        try handle.close()
        try fixture.store.add([
            (EmbeddingMatrix(samples: [2], dimension: 2, values: [2, 2]), embedder)
        ])
        #expect(try fixture.store.embeddings(from: embedder).values == [1, 1, 2, 2])
        #expect(try fixture.store.verifyFeatureFiles().isEmpty)
    }

    @Test func `a vector that is there already is passed over`() throws {
        let fixture = try StoreFixture(samples: 2)
        let embedder = EmbedderID(name: "e", digest: ContentDigest(of: "e"))
        let other = EmbedderID(name: "o", digest: ContentDigest(of: "o"))
        func vectors(_ samples: [Int64], _ value: Float) -> EmbeddingMatrix {
            EmbeddingMatrix(samples: samples, dimension: 1, values: samples.map { _ in value })
        }
        try fixture.store.add([(vectors([1], 1), embedder)])
        try fixture.store.add([(vectors([1, 2], 2), other), (vectors([1, 2], 3), embedder)])
        #expect(try fixture.store.embeddings(from: embedder).values == [1, 3])
        #expect(try fixture.store.embeddings(from: other).values == [2, 2])
        #expect(try fixture.store.verifyFeatureFiles().isEmpty)
    }

    @Test func `a lost feature file is an error, never zeros`() throws {
        let fixture = try StoreFixture(samples: 2)
        let embedder = EmbedderID(name: "e", digest: ContentDigest(of: "e"))
        let one = EmbeddingMatrix(samples: [1], dimension: 2, values: [1, 1])
        try fixture.store.add([(one, embedder)])
        let folder = fixture.store.featureFolder
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            try FileManager.default.removeItem(at: folder.appending(path: name))
        }
        #expect(try !fixture.store.hasWholeFile(embedder))
        #expect(try fixture.store.verifyFeatureFiles().count == 1)
        let two = EmbeddingMatrix(samples: [2], dimension: 2, values: [2, 2])
        #expect(throws: StorageError.self) { try fixture.store.add([(two, embedder)]) }
        #expect(throws: StorageError.self) { try fixture.store.embeddings(from: embedder) }
        try fixture.store.removeEmbeddings(named: "e")
        try fixture.store.add([(two, embedder)])
        #expect(try fixture.store.embeddings(from: embedder).samples == [2])
    }

    @Test func `a data set that was left half made is made whole`() throws {
        let folder = try TemporaryFolder()
        let file = DatasetStore.databaseFile(in: folder.url)
        let queue = try DatabaseQueue(path: file.path)
        try queue.write { try $0.execute(sql: "CREATE TABLE half (id INTEGER)") }
        #expect(!DatasetStore.isMade(in: folder.url))
        #expect(throws: StorageError.noDataset(folder: folder.url.path)) {
            try DatasetStore(opening: folder.url)
        }
        let store = try DatasetStore(
            creating: folder.url,
            schema: LabelSchema(task: .classification, categories: []),
            at: StoreFixture.moment
        )
        #expect(try store.verifyDatabase().isEmpty)
    }

    @Test func `a flipped bit in a feature file is found`() throws {
        let fixture = try StoreFixture(samples: 1)
        try fixture.store.add([
            (
                EmbeddingMatrix(samples: [1], dimension: 2, values: [1, 1]),
                EmbedderID(name: "e", digest: ContentDigest(of: "e"))
            )
        ])
        let folder = fixture.store.featureFolder
        let name = try #require(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).first
        )
        let url = folder.appending(path: name)
        var data = try Data(contentsOf: url)
        data[data.count - 1] ^= 1
        try data.write(to: url)
        #expect(try fixture.store.verifyFeatureFiles().count == 1)
    }

    @Test func `the schema in the docs is the schema of the store`() throws {
        let fixture = try StoreFixture()
        let documented = try DatabaseQueue()
        let sql = try String(
            contentsOf: Fixtures.packageRoot.appending(path: "schemas/store.sql"),
            encoding: .utf8
        )
        try documented.write { try $0.execute(sql: sql) }
        let real = try DatabaseQueue(
            path: DatasetStore.databaseFile(in: fixture.store.folder).path
        )
        func shape(_ queue: DatabaseQueue) throws -> [String] {
            try queue.read { database in
                try String.fetchAll(
                    database,
                    sql: """
                        SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_master
                        WHERE name NOT LIKE 'grdb_%' AND name NOT LIKE 'sqlite_%' ORDER BY type, name
                        """
                ).map { text in
                    // A column that was added later stands there with other blanks.
                    text.split { $0.isWhitespace }.joined(separator: " ")
                        .replacing(" ,", with: ",").replacing(" )", with: ")")
                }
            }
        }
        #expect(try shape(documented) == shape(real))
        #expect(try shape(real).count > 20)
    }

    @Test func `a tag is neither moved nor deleted`() throws {
        let fixture = try StoreFixture(samples: 1)
        let file = DatasetStore.databaseFile(in: fixture.store.folder)
        _ = try fixture.store.commit(tag: "v1") { _ in StoreFixture.version }
        let queue = try DatabaseQueue(path: file.path)
        for sql in ["UPDATE reference SET version = 'x'", "DELETE FROM reference"] {
            #expect(throws: DatabaseError.self) { try queue.write { try $0.execute(sql: sql) } }
        }
        #expect(throws: StorageError.tagExists("v1")) {
            try fixture.store.tag("v1", StoreFixture.version)
        }
        for name in ["", "HEAD", "main", "../x", "a b", "-x"] {
            #expect(throws: StorageError.badName(name)) {
                try fixture.store.tag(name, StoreFixture.version)
            }
        }
    }

    @Test func `a writer that finds the database locked says so`() throws {
        let fixture = try StoreFixture()
        let other = try DatabaseQueue(
            path: DatasetStore.databaseFile(in: fixture.store.folder).path
        )
        try other.inDatabase { database in
            try database.execute(sql: "BEGIN IMMEDIATE")
            #expect(throws: StorageError.busy) {
                try fixture.store.keep(
                    StoredModel(name: "m", digest: ContentDigest(of: "m"), parameters: [:]),
                    at: StoreFixture.moment
                )
            }
            try database.execute(sql: "ROLLBACK")
        }
    }
}

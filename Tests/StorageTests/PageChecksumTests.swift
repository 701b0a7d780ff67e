import CurationCore
import Foundation
import GRDB
import Storage
import TestKit
import Testing

@Suite struct PageChecksumTests {
    /// A store with some hundred pages, all of them in the main file.
    private func filled() throws -> StoreFixture {
        let fixture = try StoreFixture(samples: 300)
        try fixture.store.label(
            (Int64(1)...300).map { ($0, [.classification(category: $0 % 2 == 0 ? "cat" : "dog")]) },
            author: "a",
            message: "",
            at: StoreFixture.moment
        )
        #expect(try fixture.store.verifyDatabase().isEmpty)
        return fixture
    }

    @Test func `each of a thousand flipped bits is found`() throws {
        let fixture = try filled()
        let file = DatasetStore.databaseFile(in: fixture.store.folder)
        let original = try Data(contentsOf: file)
        #expect(original.count > 200_000)
        var random = SeededGenerator(seed: 5)
        let copy = fixture.folder.url.appending(path: "copy")
        try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
        let target = DatasetStore.databaseFile(in: copy)
        for _ in 0..<1000 {
            var flipped = original
            let place = Int.random(in: 0..<flipped.count, using: &random)
            flipped[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            try flipped.write(to: target)
            #expect(!DatasetStore.damage(in: copy).isEmpty, "byte \(place)")
        }
        try original.write(to: target)
        #expect(DatasetStore.damage(in: copy).isEmpty)
    }

    @Test(arguments: 0..<25 as Range<UInt64>)
    func `a flipped bit is an error or nothing at all, never another label`(seed: UInt64) throws {
        let fixture = try filled()
        let expected = try fixture.store.annotations()
        let copy = fixture.folder.url.appending(path: "copy")
        try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
        var random = SeededGenerator(seed: seed)
        var bytes = try Data(contentsOf: DatasetStore.databaseFile(in: fixture.store.folder))
        let place = Int.random(in: 100..<bytes.count, using: &random)
        bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        try bytes.write(to: DatasetStore.databaseFile(in: copy))
        guard let store = try? DatasetStore(opening: copy),
            let labels = try? store.annotations()
        else { return }
        #expect(labels == expected)
        let problems = (try? store.verifyDatabase()) ?? ["refused"]
        #expect(!problems.isEmpty)
    }

    @Test func `a program without checksums may read, and be the last to close`() throws {
        let fixture = try filled()
        let folder = fixture.store.folder
        let script = """
            import sqlite3, sys, subprocess
            reader = sqlite3.connect(sys.argv[1])
            assert reader.execute("SELECT count(*) FROM v_labels").fetchone()[0] == 300
            sys.stdout.write("open"); sys.stdout.flush()
            sys.stdin.read(1)
            assert reader.execute("SELECT count(*) FROM v_labels").fetchone()[0] == 301
            reader.close()
            """
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script, DatasetStore.databaseFile(in: folder).path]
        let (input, output) = (Pipe(), Pipe())
        (process.standardInput, process.standardOutput) = (input, output)
        try process.run()
        #expect(try output.fileHandleForReading.read(upToCount: 4) == Data("open".utf8))
        // What is written now is in the journal when the store goes.
        try fixture.store.add(
            [StoreFixture.sample(500)],
            failures: [],
            author: "t",
            at: StoreFixture.moment
        )
        try fixture.store.label(
            [(301, [.classification(category: "cat")])],
            author: "a",
            message: "",
            at: StoreFixture.moment
        )
        try fixture.store.close()
        try input.fileHandleForWriting.write(contentsOf: Data("x".utf8))
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let again = try DatasetStore(opening: folder)
        #expect(try again.verifyDatabase() == [])
        #expect(try again.annotations().count == 301)
    }

    @Test func `a copy that was made while the store is open has checksums too`() throws {
        let fixture = try filled()
        let copy = fixture.folder.url.appending(path: "copy")
        try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
        try fixture.store.backup(to: copy)
        #expect(DatasetStore.damage(in: copy) == [])
        #expect(try DatasetStore(opening: copy).verifyDatabase() == [])
        #expect(
            try DatasetStore(opening: copy).annotations() == (try fixture.store.annotations())
        )
    }
}

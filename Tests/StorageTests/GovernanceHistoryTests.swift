import CurationCore
import Foundation
import GRDB
import Storage
import TestKit
import Testing

/// Fields and rules, and what undo makes of their making.
@Suite struct GovernanceHistoryTests {
    private let moment = StoreFixture.moment

    /// All that fields, rules and values are now.
    private func state(_ store: DatasetStore) throws -> [String] {
        let fields = try store.fields().map { "\($0.name) \($0.kind) \($0.choices)" }
        let rules = try store.exportRules().map { "\($0)" }.sorted()
        let values = try store.fieldValues().map { "\($0.key) \($0.value.sorted { $0 < $1 })" }
        return fields + rules + values.sorted()
    }

    /// One act at random.
    ///
    /// - Returns: The number of the change; nil where nothing differs.
    private func act(_ store: DatasetStore, _ random: inout SeededGenerator) throws -> Int64? {
        let name = ["licence", "site", "score"].randomElement(using: &random) ?? "site"
        let isEven = Bool.random(using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0:
            let kind: FieldDefinition.Kind = isEven ? .text : .choice
            let field = FieldDefinition(name: name, kind: kind, choices: isEven ? [] : ["1", "2"])
            return try store.define(field, author: "a", at: moment)
        case 1: return try store.removeField(name, author: "a", at: moment)
        case 2:
            let value: String? = isEven ? "\(Int.random(in: 1...3, using: &random))" : nil
            return try store.setField(name, to: [(1, value)], author: "a", at: moment)?.change
        default:
            let value = Bool.random(using: &random) ? "1" : "two words"
            let rule = ExportRule(field: name, test: .equals, value: value, reason: "r")
            return try store.setRule(rule, isRemoved: isEven, author: "a", at: moment)
        }
    }

    /// Whether an act changed something; refusals are part of life.
    private func step(_ store: DatasetStore, _ random: inout SeededGenerator) throws -> Bool {
        do {
            return try act(store, &random) != nil
        } catch StorageError.field {
            return false
        }
    }

    @Test(arguments: 0..<10 as Range<UInt64>)
    func `all of it is undone and done again, step by step`(seed: UInt64) throws {
        let fixture = try StoreFixture(samples: 2)
        let store = fixture.store
        var random = SeededGenerator(seed: seed)
        var states = [try state(store)]
        for _ in 0..<60 {
            let isChanged = try step(store, &random)
            if isChanged { states.append(try state(store)) }
        }
        #expect(states.count > 10)
        for expected in states.dropLast().reversed() {
            _ = try store.undo(batch: nil, author: "a", at: moment)
            #expect(try state(store) == expected)
        }
        for expected in states.dropFirst() {
            _ = try store.redo(batch: nil, author: "a", at: moment)
            #expect(try state(store) == expected)
        }
        #expect(try store.verifyDatabase() == [])
        // What is current can be made again from the log alone.
        let queue = try DatabaseQueue(path: DatasetStore.databaseFile(in: store.folder).path)
        try queue.write {
            try $0.execute(sql: "UPDATE field SET description = 'x', present = 1 - present")
            try $0.execute(sql: "DELETE FROM exportRule")
        }
        #expect(try store.verifyDatabase() != [])
        _ = try store.rebuildCurrentState()
        #expect(try state(store) == states.last)
        #expect(try store.verifyDatabase() == [])
    }

    @Test func `a field in use stays, and the reason is told`() throws {
        let fixture = try StoreFixture(samples: 1)
        let store = fixture.store
        let made = try store.define(
            FieldDefinition(name: "site", kind: .text),
            author: "a",
            message: "for the maps",
            at: moment
        )
        #expect(try store.changes(limit: 1).first?.payload["message"] == "for the maps")
        try store.setField("site", to: [(1, "north")], author: "a", at: moment)
        #expect(
            throws: StorageError.field(
                "site",
                reason: "pictures have values of it: take those away first"
            )
        ) { try store.undo(batch: made, author: "a", at: moment) }
        try store.setField("site", to: [(1, nil)], author: "a", at: moment)
        let rule = ExportRule(field: "site", test: .present, value: nil, reason: "r")
        let held = try store.setRule(rule, isRemoved: false, author: "a", at: moment)
        #expect(throws: StorageError.field("site", reason: "a rule names it: remove that first")) {
            try store.removeField("site", author: "a", at: moment)
        }
        _ = try store.undo(batch: held, author: "a", at: moment)
        _ = try store.undo(batch: made, author: "a", message: "not now", at: moment)
        #expect(try store.changes(limit: 1).first?.payload["message"] == "not now")
        #expect(try !store.fields().contains { $0.name == "site" })
        // What is so already is no change.
        let usual = try #require(try store.fields().first)
        #expect(try store.define(usual, author: "a", at: moment) == nil)
        _ = fixture
    }
}

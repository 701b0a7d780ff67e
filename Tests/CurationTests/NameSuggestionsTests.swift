import Curation
import CurationCore
import Foundation
import TestKit
import Testing

@Suite struct NameSuggestionsTests {
    /// Photos of the fixtures, in a folder a class or all in one.
    private func items(sorted: Bool) throws -> (TemporaryFolder, [ReviewItem]) {
        let folder = try TemporaryFolder()
        let answers = String(decoding: try Fixtures.bytes("photos-answers.csv"), as: UTF8.self)
        for line in answers.split(separator: "\n").dropFirst().prefix(90) {
            let fields = line.split(separator: ",")
            let place = sorted ? "pictures/\(fields[1])" : "pictures/train"
            try folder.write(try Fixtures.bytes("photos/\(fields[2])"), to: "\(place)/\(fields[2])")
        }
        let dataset = try Dataset(
            creating: folder.url.appending(path: "set"),
            schema: LabelSchema(task: .classification, categories: [])
        )
        _ = try ImportStage(dataset: dataset).run(
            ImportStage.Request(sources: [folder.url.appending(path: "pictures").path])
        )
        _ = try EmbedStage(dataset: dataset).run(.automatic, views: .off)
        return (folder, try ReviewStage(dataset: dataset).next(limit: 20, reviewer: "r"))
    }

    @Test func `a group is named after the folder that most of it lies in`() throws {
        let (folder, items) = try items(sorted: true)
        defer { withExtendedLifetime(folder) {} }
        var named = 0
        for item in items where item.kind == .cluster {
            let folders = (item.shown ?? []).map {
                URL(filePath: $0.path).deletingLastPathComponent().lastPathComponent
            }
            let found = item.suggestions?.first { $0.source == "folder" }
            let share = found.map { name in
                Double(folders.count { $0 == name.label }) / Double(folders.count)
            }
            #expect(found?.score == share && (share ?? 1) >= 0.6)
            named += found == nil ? 0 : 1
        }
        #expect(named > 0 && items.allSatisfy { $0.predictions.isEmpty })
    }

    @Test func `a folder that all lie in names nothing`() throws {
        let (folder, items) = try items(sorted: false)
        defer { withExtendedLifetime(folder) {} }
        let names = items.flatMap { $0.suggestions ?? [] }
        #expect(!items.isEmpty && names.allSatisfy { $0.source != "folder" })
    }

    @Test(.enabled(if: CellsFixture.hasModel, "run scripts/setup first"))
    func `a group is named by what the classifier takes it for`() throws {
        let (folder, items) = try items(sorted: false)
        defer { withExtendedLifetime(folder) {} }
        let names = items.flatMap { $0.suggestions ?? [] }
        #expect(names.contains { $0.label == "jeans" && $0.score > 0.5 })
        #expect(names.allSatisfy { (0.05...1).contains($0.score) })
        #expect(items.allSatisfy { ($0.suggestions ?? []).count <= 4 })
    }
}

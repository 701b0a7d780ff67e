import Curation
import CurationCore
import Foundation
import TestKit

/// A data set in a folder of its own, filled from photos of the fixtures.
struct PipelineFixture {
    let folder: TemporaryFolder
    let dataset: Dataset

    static let answers = Fixtures.url("photos-answers.csv").path

    /// Paths of the first `count` photos of the fixtures.
    static func photos(_ count: Int) throws -> [String] {
        let all = try FileManager.default.contentsOfDirectory(
            atPath: Fixtures.url("photos").path
        ).filter { !$0.hasPrefix("IMG_9") }.sorted()
        return all.prefix(count).map { Fixtures.url("photos/\($0)").path }
    }

    init(sources: [String] = [], classes: [String] = []) throws {
        folder = try TemporaryFolder()
        dataset = try Dataset(
            creating: folder.url.appending(path: "set"),
            schema: LabelSchema(
                task: .classification,
                categories: classes.enumerated().map {
                    CurationCore.Category(id: $0.offset + 1, name: $0.element)
                }
            )
        )
        if !sources.isEmpty {
            _ = try ImportStage(dataset: dataset).run(ImportStage.Request(sources: sources))
        }
    }

    /// Photos that are embedded by the descriptor, which needs no model, and clustered.
    static func embedded(_ count: Int) throws -> PipelineFixture {
        let fixture = try PipelineFixture(sources: try photos(count))
        _ = try EmbedStage(dataset: fixture.dataset).run(.descriptor)
        _ = try ClusterStage(dataset: fixture.dataset).run()
        return fixture
    }
}

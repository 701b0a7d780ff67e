import Curation
import CurationCore
import Foundation
import TestKit

/// A data set of real photos, each with a proposed class.
enum PhotoDataset {
    private static let classes = ["hat", "shoes", "skirt"]
    private static let photosOfEach = 12

    /// Makes it in a folder.
    static func make(in folder: URL) throws -> Dataset {
        let answers = String(decoding: try Fixtures.bytes("photos-answers.csv"), as: UTF8.self)
        let rows = answers.split(separator: "\n").map { $0.split(separator: ",") }
        let files = FileManager.default
        for name in classes {
            let home = folder.appending(path: "photos/\(name)")
            try files.createDirectory(at: home, withIntermediateDirectories: true)
            for row in rows.filter({ $0[1] == name }).prefix(photosOfEach) {
                let file = String(row[2])
                try files.copyItem(
                    at: Fixtures.url("photos/\(file)"),
                    to: home.appending(path: file)
                )
            }
        }
        let dataset = try Dataset(
            creating: folder.appending(path: "set"),
            schema: LabelSchema(task: .classification, categories: [])
        )
        let sources = [folder.appending(path: "photos").path]
        _ = try ImportStage(dataset: dataset).run(
            ImportStage.Request(sources: sources, format: .imagefolder, labelsAs: .proposed)
        )
        return dataset
    }
}

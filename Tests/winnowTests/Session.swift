import Foundation
import TestKit
import Testing

/// A data set that is worked on by commands, each of whose documents is held to its schema.
final class Session {
    /// Whether `scripts/setup` has put the models in place.
    static let hasModels = FileManager.default.fileExists(
        atPath: Fixtures.packageRoot.appending(
            path: ".deps/models/efficientnet-lite0-dense.onnx"
        ).path
    )

    var winnow: WinnowCommand
    private var schemas = JSONSchemas()

    init(photos: Int) throws {
        winnow = try WinnowCommand()
        // Without the models a run is quick.
        winnow.environment["WINNOW_DEPS"] = winnow.folder.url.path
        let names = (1...photos).map {
            Fixtures.url("photos/IMG_\(String(10_000 + $0).dropFirst()).jpg").path
        }
        try winnow.run(["run"] + names + ["-d", winnow.dataset, "--quiet"])
    }

    /// A data set of things in pictures, the photos of blood cells, with the models that there are.
    init(cells: String) throws {
        winnow = try WinnowCommand()
        try winnow.run([
            "init", winnow.dataset, "--task", "detection", "--classes", "WBC,RBC,Platelets",
        ])
        try winnow.run(["import", cells, "-d", winnow.dataset, "--quiet"])
    }

    /// Runs a verb, and holds what it prints to its schema.
    @discardableResult
    func documents(
        _ words: [String],
        of name: String? = nil,
        status: Int32 = 0,
        input: String = ""
    ) throws -> [[String: Any]] {
        let output = try winnow.run(words + ["-d", winnow.dataset, "--json"], input: input)
        #expect(output.status == status, "\(words): \(output.messages)")
        for line in output.text.split(separator: "\n") {
            let faults = try schemas.faults(
                in: try JSONDocument(parsing: line),
                against: "cli-output.schema.json#/$defs/\(name ?? words[0])"
            )
            #expect(faults.isEmpty, "\(words): \(faults)")
        }
        return try output.json()
    }

    /// The class of each picture, by its number.
    func classes(_ version: String? = nil) throws -> [Int: String] {
        let words = ["labels"] + (version.map { ["--version", $0] } ?? [])
        var classes: [Int: String] = [:]
        for line in try documents(words) {
            let annotations = line["annotations"] as? [[String: Any]] ?? []
            let accepted = annotations.first { $0["state"] as? String == "accepted" }
            classes[line["id"] as? Int ?? 0] = accepted?["label"] as? String
        }
        return classes
    }
}

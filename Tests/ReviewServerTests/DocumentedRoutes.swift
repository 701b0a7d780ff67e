import Foundation
import TestKit
import Testing
import Yams

/// One route as `schemas/review-api.yaml` describes it.
struct DocumentedRoute: Sendable, Hashable, CustomTestStringConvertible {
    let method: String
    /// With its parameters in braces.
    let path: String
    let needsSession: Bool

    var isWrite: Bool { method != "GET" }
    var testDescription: String { "\(method) \(path)" }

    /// The path with a value for each parameter.
    func address(datasetKey: String) -> String {
        path.replacing("{dataset}", with: datasetKey)
            .replacing(#/\{[a-z_]+\}/#, with: "1")
    }

    /// All routes of the document, so that a new one is under the same tests by itself.
    static func all() throws -> [DocumentedRoute] {
        let url = Fixtures.packageRoot.appending(path: "schemas/review-api.yaml")
        let text = try String(contentsOf: url, encoding: .utf8)
        let document = try #require(try Yams.load(yaml: text) as? [String: Any])
        let paths = try #require(document["paths"] as? [String: [String: Any]])
        return paths.sorted { $0.key < $1.key }.flatMap { path, operations in
            operations.sorted { $0.key < $1.key }.compactMap { method, operation in
                guard ["get", "post", "put", "delete", "patch"].contains(method) else { return nil }
                let isOpen = ((operation as? [String: Any])?["security"] as? [Any])?.isEmpty
                return DocumentedRoute(
                    method: method.uppercased(),
                    path: path,
                    needsSession: isOpen != true
                )
            }
        }
    }
}

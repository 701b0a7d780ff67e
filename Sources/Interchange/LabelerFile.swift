import CurationCore
import Yams

/// A rule that proposes a class for the images that it applies to: a labelling function.
///
/// Ratner and others, "Snorkel: rapid training data creation with weak supervision", 2017.
package struct Labeler: Sendable, Hashable {
    /// How a number of an image is bounded.
    package struct Bound: Sendable, Hashable {
        /// Of what, such as `brightness`.
        package let metric: String
        /// It lies below; nil for no bound.
        package let below: Double?
        /// It lies above; nil for no bound.
        package let above: Double?
    }

    /// What it is called in reports.
    package let name: String
    /// The class that it proposes.
    package let label: String
    /// The image's path fits one of these; empty for any path.
    package let paths: [String]
    /// The image's numbers lie so.
    package let bounds: [Bound]
    /// The image's fields have these values.
    package let fields: [String: String]
    /// The image is like one of these: numbers, paths, file names or SHA-256; empty for any.
    package let examples: [String]
    /// How like, as a cosine from -1 to 1.
    package let within: Double
    /// A model proposes one of these classes for the image; empty for any.
    package let proposed: [String]
    /// With which probability at least, 0 to 1.
    package let sure: Double
}

/// A YAML file of labelers.
///
/// ```yaml
/// labelers:
///   - name: folder of shoes
///     label: shoes
///     path: "*/shoes/*"
///   - label: night
///     brightness: {below: 0.2}
///     field: {source: camera-2}
///   - label: cat
///     like: [17, IMG_0042.jpg]
///     within: 0.8
///   - label: kitten
///     proposed: cat
///     sure: 0.9
///     width: {below: 200}
/// ```
package struct LabelerFile: Sendable {
    /// The labelers, in their order.
    package let labelers: [Labeler]

    private static let defaultWithin = 0.8
    private static let defaultSureness = 0.5
    private static let names = [
        "name", "label", "path", "field", "like", "within", "proposed", "sure",
    ]
    /// The numbers of an image that can be bounded.
    package static let metrics = [
        "brightness", "contrast", "sharpness", "entropy", "colorfulness", "saturation", "grayness",
        "border", "width", "height",
    ]

    /// Reads a file.
    ///
    /// - Throws: `InterchangeError.badYAML` with the line.
    package init(_ text: String) throws(InterchangeError) {
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch let error as YamlError {
            throw .badYAML(line: Self.line(of: error), reason: "it is no YAML")
        } catch {
            throw .badYAML(line: 1, reason: "it is no YAML")
        }
        guard let list = root?.mapping?["labelers"]?.sequence, !list.isEmpty else {
            throw .badYAML(line: 1, reason: "there is no list 'labelers'")
        }
        var labelers: [Labeler] = []
        for (index, node) in list.enumerated() {
            labelers.append(try Self.labeler(node, place: index + 1))
        }
        self.labelers = labelers
    }

    private static func line(of error: YamlError) -> Int {
        switch error {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _),
            .composer(_, _, let mark, _):
            mark.line
        default: 1
        }
    }

    private static func fail(_ node: Node, _ reason: String) -> InterchangeError {
        .badYAML(line: node.mark?.line ?? 1, reason: reason)
    }

    private static func labeler(_ node: Node, place: Int) throws(InterchangeError) -> Labeler {
        guard let mapping = node.mapping else { throw fail(node, "a labeler has named parts") }
        guard let label = mapping["label"]?.string, !label.isEmpty else {
            throw fail(node, "a labeler needs a 'label'")
        }
        var bounds: [Labeler.Bound] = []
        for (key, value) in mapping {
            let name = key.string ?? ""
            if metrics.contains(name) {
                bounds.append(try bound(name, value))
            } else if !names.contains(name) {
                let known = (names + metrics).joined(separator: ", ")
                throw fail(key, "'\(name)' is none of \(known)")
            }
        }
        let labeler = Labeler(
            name: mapping["name"]?.string ?? "\(label) \(place)",
            label: label,
            paths: try texts(mapping["path"]),
            bounds: bounds,
            fields: try fields(mapping["field"]),
            examples: try texts(mapping["like"]),
            within: try number(mapping["within"]) ?? defaultWithin,
            proposed: try texts(mapping["proposed"]),
            sure: try number(mapping["sure"]) ?? defaultSureness
        )
        guard
            !labeler.paths.isEmpty || !bounds.isEmpty || !labeler.fields.isEmpty
                || !labeler.examples.isEmpty || !labeler.proposed.isEmpty
        else { throw fail(node, "it applies to everything: say when it does") }
        return labeler
    }

    private static func bound(
        _ name: String,
        _ node: Node
    ) throws(InterchangeError) -> Labeler.Bound {
        guard let mapping = node.mapping, !mapping.isEmpty,
            mapping.keys.allSatisfy({ ["below", "above"].contains($0.string) })
        else { throw fail(node, "'\(name)' needs {below: NUMBER} or {above: NUMBER}") }
        return Labeler.Bound(
            metric: name,
            below: try number(mapping["below"]),
            above: try number(mapping["above"])
        )
    }

    private static func number(_ node: Node?) throws(InterchangeError) -> Double? {
        guard let node else { return nil }
        guard let number = node.float, number.isFinite else { throw fail(node, "no number") }
        return number
    }

    private static func texts(_ node: Node?) throws(InterchangeError) -> [String] {
        guard let node else { return [] }
        let nodes = node.sequence.map { Array($0) } ?? [node]
        var texts: [String] = []
        for node in nodes {
            guard let text = node.scalar?.string, !text.isEmpty else {
                throw fail(node, "neither a text nor a list of texts")
            }
            texts.append(text)
        }
        return texts
    }

    private static func fields(_ node: Node?) throws(InterchangeError) -> [String: String] {
        guard let node else { return [:] }
        guard let mapping = node.mapping else { throw fail(node, "'field' needs {NAME: VALUE}") }
        var fields: [String: String] = [:]
        for (key, value) in mapping {
            guard let name = key.string, let text = value.scalar?.string else {
                throw fail(value, "'field' needs {NAME: VALUE}")
            }
            fields[name] = text
        }
        return fields
    }
}

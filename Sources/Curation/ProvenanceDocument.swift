import CurationCore

/// Lineages as W3C PROV-JSON (https://www.w3.org/submissions/prov-json/): revisions of labels are
/// entities, acts of the log activities, people and models agents.
public struct ProvenanceDocument: Sendable, Encodable {
    private typealias Attributes = [String: String]

    private let prefix = ["winnow": "urn:winnow:", "prov": "http://www.w3.org/ns/prov#"]
    private var entity: [String: Attributes] = [:]
    private var activity: [String: Attributes] = [:]
    private var agent: [String: Attributes] = [:]
    private var wasGeneratedBy: [String: Attributes] = [:]
    private var wasAssociatedWith: [String: Attributes] = [:]
    private var wasDerivedFrom: [String: Attributes] = [:]
    private var wasAttributedTo: [String: Attributes] = [:]
    private var used: [String: Attributes] = [:]

    /// Puts lineages together.
    public init(of lineages: [Lineage]) {
        for lineage in lineages {
            var later: String?
            for (index, step) in lineage.chain.enumerated() {
                let name = "winnow:\(lineage.annotation)-r\(lineage.chain.count - index)"
                add(step, as: name)
                if let later {
                    wasDerivedFrom["_:d-\(later)"] = [
                        "prov:generatedEntity": later, "prov:usedEntity": name,
                    ]
                }
                later = name
            }
        }
    }

    private mutating func add(_ step: Lineage.Step, as name: String) {
        let revision = step.revision
        let batch = "winnow:\(revision.by.batch)"
        entity[name] = [
            "prov:type": "winnow:Label",
            "winnow:label": String(decoding: revision.label.canonical.bytes, as: UTF8.self),
            "winnow:state": revision.state,
        ]
        activity[batch] = [
            "prov:type": "winnow:\(revision.by.kind)", "prov:startTime": revision.by.at,
            "prov:endTime": revision.by.at,
        ]
        let person = addAgent(revision.by.author)
        wasAssociatedWith["_:a-\(batch)"] = ["prov:activity": batch, "prov:agent": person]
        wasGeneratedBy["_:g-\(name)"] = ["prov:entity": name, "prov:activity": batch]
        let source = addAgent(revision.source)
        wasAttributedTo["_:t-\(name)"] = ["prov:entity": name, "prov:agent": source]
        for (place, proposal) in (step.review?.proposals ?? []).enumerated() {
            let proposed = "winnow:\(step.review?.item ?? "")-p\(place + 1)"
            entity[proposed] = [
                "prov:type": "winnow:Proposal", "winnow:label": proposal.label,
                "winnow:score": "\(proposal.score)",
            ]
            let model = addAgent(proposal.source)
            wasAttributedTo["_:t-\(proposed)"] = ["prov:entity": proposed, "prov:agent": model]
            used["_:u-\(batch)-\(place)"] = ["prov:activity": batch, "prov:entity": proposed]
        }
        for model in step.review?.models ?? [] {
            var attributes = model.parameters
            attributes = Dictionary(
                uniqueKeysWithValues: attributes.map { ("winnow:\($0.key)", $0.value) }
            )
            attributes["prov:type"] = "prov:SoftwareAgent"
            attributes["winnow:digest"] = model.digest.hex
            agent["winnow:\(model.model)"] = attributes
        }
    }

    private mutating func addAgent(_ name: String) -> String {
        let isModel = name.contains("@") || name.hasPrefix("import:")
        let key = "winnow:\(name)"
        if agent[key] == nil {
            agent[key] = ["prov:type": isModel ? "prov:SoftwareAgent" : "prov:Person"]
        }
        return key
    }
}

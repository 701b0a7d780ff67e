import Curation
import CurationCore

extension ReviewItem {
    /// What a person answers who knows the class of each picture: a group is of the class of its first one,
    /// and all that carry another are left out of it.
    func answer(by reviewer: String, _ name: (Sample.ID) -> String) -> ReviewSubmission {
        let members = members ?? [image?.id ?? 0]
        let label = name(members[0])
        let isGroup = kind == .cluster
        return ReviewSubmission(
            item: item,
            lease: lease,
            reviewer: reviewer,
            decision: isGroup ? .accept : .correct,
            label: isGroup ? label : nil,
            except: isGroup ? members.filter { name($0) != label } : nil,
            annotations: isGroup ? nil : [.classification(category: label)]
        )
    }
}

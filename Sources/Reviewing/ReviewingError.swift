package import CurationCore

/// Why a decision cannot be taken.
package enum ReviewingError: Error, Equatable {
    /// A group was accepted but neither the decision nor the item names a class.
    case noLabel(item: String)
    /// A sample was left out that the item does not have.
    case notMember(item: String, sample: Sample.ID)
    /// All members of a group were left out of its acceptance.
    case nothingAccepted(item: String)
    /// A correction came without the labels that are right.
    case noAnnotations(item: String)
    /// A group was corrected; only a single image can be.
    case groupCorrected(item: String)
    /// The reviewer has no name that can be read.
    case badReviewer(item: String, name: String)
    /// A class has no name that can be read.
    case badLabel(item: String, name: String)
    /// A box came for a data set of classes, or begins outside of the picture.
    case badBox(item: String)
    /// A picture was given more than one class.
    case severalClasses(item: String)
    /// A correction is of a member that is not left out, or that has another one, or says nothing new.
    case badCorrection(item: String, member: Sample.ID)
    /// A shape lies outside of the picture, or a mask is not as large as it.
    case outsideOfPicture(item: String)
    /// A single image was decided with members left out.
    case exceptionsOnImage(item: String)
    /// An image of things was accepted as one class.
    case labelOfThings(item: String)
}

// MARK: - CustomStringConvertible

extension ReviewingError: CustomStringConvertible {
    /// What is wrong with the decision, and what to send instead.
    package var description: String {
        switch self {
        case .noLabel(let item):
            "\(item) has no proposed class: accept it with \"label\", or send \"reject\""
        case .notMember(let item, let sample):
            "image \(sample) in \"except\" is not a member of \(item): name only images it showed"
        case .nothingAccepted(let item):
            "every member of \(item) is in \"except\": send \"reject\" instead"
        case .noAnnotations(let item):
            "the correction of \(item) has no labels: send them in \"annotations\""
        case .groupCorrected(let item):
            "\(item) is a group: accept it with another \"label\" or with \"except\", or reject it"
        case .badReviewer(let item, let name):
            "\(item): '\(name.prefix(40))' is no name of a reviewer: send up to 200 visible characters"
        case .badLabel(let item, let name):
            "\(item): '\(name.prefix(40))' is no name of a class: send up to 200 visible characters"
        case .badBox(let item):
            "\(item): the data set carries no shapes of that kind, or the box begins outside of the picture"
        case .badCorrection(let item, let member):
            "\(item): a correction is of a member in \"except\", one each, to another class: \(member) is not"
        case .outsideOfPicture(let item):
            "\(item): a shape lies outside of the picture, or a mask is not as large as the upright picture"
        case .severalClasses(let item):
            "\(item): a picture has one class: send one annotation of the type classification"
        case .labelOfThings(let item):
            "\(item) is about things in a picture: say what is there by \"correct\" with \"annotations\""
        case .exceptionsOnImage(let item):
            "\(item) is a single image: \"except\" goes with groups only"
        }
    }
}

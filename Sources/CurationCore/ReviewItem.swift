/// What a reviewer is given: one image, or a group of images to decide together.
///
/// Its JSON is the review item of the command line (`schemas/review-item.schema.json`).
public struct ReviewItem: Sendable, Hashable, Codable {
    /// Whether one image is decided, a group of them, or things of one class in several images.
    public enum Kind: String, Sendable, Hashable, Codable { case image, cluster, objects }

    /// A sample as the reviewer sees it.
    public struct Image: Sendable, Hashable, Codable {
        /// The number of the sample.
        public let id: Sample.ID
        /// Where the file is.
        public let path: String
        /// The digest of the file's bytes.
        public let sha256: ContentDigest
        /// Pixels across, upright.
        public let width: Int
        /// Pixels down, upright.
        public let height: Int

        /// Describes a sample for the reviewer.
        public init(_ sample: Sample) {
            id = sample.id
            path = sample.path
            sha256 = sample.sha256
            width = sample.width
            height = sample.height
        }
    }

    /// A proposed label, best first in an item.
    public struct Proposal: Sendable, Hashable, Codable {
        /// The name of the proposal, `p-` and numbers, in an item of one image.
        public let id: String?
        /// `classification`, or the kind of shape, in an item of one image.
        public let type: String?
        /// The class.
        public let label: String
        /// Its probability, 0 to 1.
        public let score: Double
        /// The model that proposed it, `name@digest`; the branch, in a conflict of a merge; the people who
        /// said it, where their answers settle nothing.
        public let source: String
        /// The label with its shape, where it is of a thing in the image, and in a conflict of a merge.
        public let annotation: Label?
        /// The rectangle around the shape as x, y, width, height in pixels; nil without a shape.
        public let bbox: [Double]?

        /// Describes a proposal.
        public init(
            id: String? = nil,
            type: String? = nil,
            label: String,
            score: Double,
            source: String,
            annotation: Label? = nil
        ) {
            self.id = id
            self.type = type
            self.label = label
            self.score = score
            self.source = source
            self.annotation = annotation
            bbox = annotation?.boundingBox.map { [$0.x, $0.y, $0.width, $0.height] }
        }
    }

    /// A name for what nothing is known of yet.
    public struct Suggestion: Sendable, Hashable, Codable {
        /// The name.
        public let label: String
        /// The share of the pictures, or the mean probability, that speaks for it; 0 to 1.
        public let score: Double
        /// `folder`, or the model that says so, `name@digest`.
        public let source: String

        /// Describes a name.
        public init(label: String, score: Double, source: String) {
            self.label = label
            self.score = score
            self.source = source
        }
    }

    /// A thing in an image, which is shown as a crop beside others of its class.
    public struct Crop: Sendable, Hashable, Codable {
        /// The number that names it in the item, from 1.
        public let object: Int
        /// The image that it is in.
        public let image: Image
        /// What is proposed.
        public let annotation: Label
        /// The probability that it is so, 0 to 1.
        public let score: Double

        /// Describes a crop.
        public init(object: Int, image: Image, annotation: Label, score: Double) {
            self.object = object
            self.image = image
            self.annotation = annotation
            self.score = score
        }
    }

    /// The name of the item, `r-` and a number.
    public let item: String
    /// One image or a group.
    public let kind: Kind
    /// The right to decide the item; sent back with the decision.
    public let lease: String
    /// When the lease ends, RFC 3339 in UTC.
    public let expires: String
    /// Why a person is asked.
    public let reason: ReviewReason
    /// The image of an item of one image.
    public private(set) var image: Image?
    /// How many images a group has.
    public private(set) var size: Int?
    /// The images of a group that are shown, odd ones first, at most 24.
    public private(set) var shown: [Image]?
    /// All images of a group: those that are shown, and those that are accepted with them unseen.
    public private(set) var members: [Sample.ID]?
    /// The things to decide together, surest last; nil unless the item is about such.
    public private(set) var objects: [Crop]?
    /// Names that the class may have, best first, while nothing is proposed; nil otherwise.
    public var suggestions: [Suggestion]?
    /// What the model proposes, best first.
    public let predictions: [Proposal]
    /// The most share of wrong labels among members that are not shown, of all groups of their stratum
    /// together; 0 where all are shown.
    public private(set) var errorBound: Double?

    enum CodingKeys: String, CodingKey {
        case item, kind, lease, expires, reason, image, size, shown, members, objects, predictions
        case suggestions
        case errorBound = "error_bound"
    }

    private init(
        _ kind: Kind,
        _ item: String,
        _ lease: String,
        _ expires: String,
        _ reason: ReviewReason,
        _ predictions: [Proposal]
    ) {
        self.kind = kind
        self.item = item
        self.lease = lease
        self.expires = expires
        self.reason = reason
        self.predictions = predictions
    }

    /// Describes an item of one image.
    public init(
        item: String,
        lease: String,
        expires: String,
        reason: ReviewReason,
        image: Image,
        predictions: [Proposal]
    ) {
        self.init(.image, item, lease, expires, reason, predictions)
        self.image = image
    }

    /// Describes things of one class.
    public init(
        item: String,
        lease: String,
        expires: String,
        reason: ReviewReason,
        objects: [Crop],
        predictions: [Proposal]
    ) {
        self.init(.objects, item, lease, expires, reason, predictions)
        self.objects = objects
        size = objects.count
    }

    /// Describes a group; `unseen` are the members that are not shown.
    public init(
        item: String,
        lease: String,
        expires: String,
        reason: ReviewReason,
        shown: [Image],
        unseen: [Sample.ID] = [],
        errorBound: Double = 0,
        predictions: [Proposal]
    ) {
        self.init(.cluster, item, lease, expires, reason, predictions)
        self.shown = shown
        size = shown.count + unseen.count
        members = shown.map(\.id) + unseen
        self.errorBound = errorBound
    }
}

/// A decision as a reviewer sends it.
public struct ReviewSubmission: Sendable, Hashable, Codable {
    /// What a member that is left out is instead.
    public struct Correction: Sendable, Hashable, Codable {
        /// The image of a group, or the number of a thing of a screen, as in `except`.
        public let member: Sample.ID
        /// The class.
        public let label: String

        /// Describes a correction.
        public init(member: Sample.ID, label: String) {
            self.member = member
            self.label = label
        }
    }

    /// A name of the reviewer's own, so that sending twice counts once; the lease stands in for it.
    public let id: String?
    /// The item.
    public let item: String
    /// The lease that came with the item.
    public let lease: String?
    /// Who decides.
    public let reviewer: String
    /// What is decided.
    public let decision: Decision
    /// The class for a group; without it the proposed one.
    public let label: String?
    /// Members of a group that the decision leaves out.
    public let except: [Sample.ID]?
    /// What some of those that are left out are instead.
    public let corrections: [Correction]?
    /// The labels that are right, with `correct`.
    public let annotations: [Label]?
    /// Free text.
    public let note: String?
    /// Seconds that the reviewer looked at the item.
    public let seconds: Double?

    /// Describes a decision.
    public init(
        id: String? = nil,
        item: String,
        lease: String?,
        reviewer: String,
        decision: Decision,
        label: String? = nil,
        except: [Sample.ID]? = nil,
        corrections: [Correction]? = nil,
        annotations: [Label]? = nil,
        note: String? = nil,
        seconds: Double? = nil
    ) {
        self.id = id
        self.item = item
        self.lease = lease
        self.reviewer = reviewer
        self.decision = decision
        self.label = label
        self.except = except
        self.corrections = corrections
        self.annotations = annotations
        self.note = note
        self.seconds = seconds
    }
}

/// What became of a submission.
public struct SubmissionResult: Sendable, Hashable, Codable {
    /// What became of it.
    public enum Status: String, Sendable, Hashable, Codable {
        /// The decision is in the store.
        case decided
        /// The same decision was in the store already; nothing changed.
        case repeated
        /// Another decision on the item is in the store; this one was not taken.
        case conflict
        /// The lease ran out and the item was given to somebody else; not taken.
        case expired
        /// The decision does not fit the item; `message` says why.
        case invalid
    }

    /// The item.
    public let item: String
    /// What became of the decision.
    public let status: Status
    /// The batch that `undo` takes back, where the decision was taken.
    public let undo: Int64?
    /// Why it was not taken, and what to do.
    public let message: String?

    /// Describes an outcome.
    public init(item: String, status: Status, undo: Int64? = nil, message: String? = nil) {
        self.item = item
        self.status = status
        self.undo = undo
        self.message = message
    }
}

/// A decision that was taken back.
public struct UndoneReview: Sendable, Hashable, Codable {
    /// The item, which waits again.
    public let item: String
    /// What the decision was, in words: `accepted 24 as shoes`.
    public let what: String
    /// How many samples it was about.
    public let count: Int

    /// Describes what was taken back.
    public init(item: String, what: String, count: Int) {
        self.item = item
        self.what = what
        self.count = count
    }
}

/// How far the review has come.
public struct ReviewStatus: Sendable, Hashable, Codable {
    /// A share with the interval that holds it with 95 % confidence.
    public struct Accuracy: Sendable, Hashable, Codable {
        /// The share.
        public let estimate: Double
        /// Lower end of the interval.
        public let low: Double
        /// Upper end of the interval.
        public let high: Double

        /// Describes a share.
        public init(estimate: Double, low: Double, high: Double) {
            self.estimate = estimate
            self.low = low
            self.high = high
        }
    }

    /// Images without a label that a person stands behind.
    public let pending: Int
    /// Images in items that are given out now.
    public let leased: Int
    /// Images with a label that a person stands behind.
    public let decided: Int
    /// How often the model's proposals were right when a person looked; nil before 1 look.
    public let accuracy: Accuracy?
    /// The share of all images that carry a right label, with undecided ones taken for as good as their
    /// proposals at best and for wrong at worst; nil without images.
    public let setAccuracy: Accuracy?
    /// Reviewing cost so far: counted time over one-by-one labelling of the decided images.
    public let cost: Double?
    /// Images that wait for the answer of a further person; nil where one person decides each.
    public var secondLooks: Int?
    /// Images whose answers settle nothing, which wait for an adjudicator; nil where one person decides
    /// each.
    public var adjudications: Int?
    /// Images that somebody wants looked at again.
    public var flagged: Int?

    enum CodingKeys: String, CodingKey {
        case pending, leased, decided, accuracy, cost, adjudications, flagged
        case setAccuracy = "set_accuracy"
        case secondLooks = "second_looks"
    }

    /// Describes the progress.
    public init(
        pending: Int,
        leased: Int,
        decided: Int,
        accuracy: Accuracy?,
        setAccuracy: Accuracy? = nil,
        cost: Double?
    ) {
        self.setAccuracy = setAccuracy
        self.pending = pending
        self.leased = leased
        self.decided = decided
        self.accuracy = accuracy
        self.cost = cost
    }
}

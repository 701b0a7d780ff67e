package import CurationCore

/// What is wrong in a data set, counted by kind.
package struct IssueOverview: Sendable, Codable {
    /// How many findings of one kind there are.
    package struct Count: Sendable, Codable, Hashable {
        /// The kind: that of an image issue, or `outliers`, `location`, `failures`, `removed`,
        /// `duplicates-exact`, `duplicates-near`.
        package let kind: String
        /// Pictures, files that failed, or groups of copies.
        package let count: Int
        /// For groups of copies: the pictures that would go if only one of each group stayed.
        package let spare: Int?

        /// Counts the findings of a kind.
        package init(kind: String, count: Int, spare: Int? = nil) {
            self.kind = kind
            self.count = count
            self.spare = spare
        }
    }

    /// Pictures in the data set.
    package let images: Int
    /// All kinds, those without findings, too.
    package let kinds: [Count]

    /// Describes what is wrong.
    package init(images: Int, kinds: [Count]) {
        self.images = images
        self.kinds = kinds
    }
}

/// Findings of one kind, worst first.
package struct IssuePage: Sendable, Codable {
    /// One finding: a picture, or a file that could not be imported.
    package struct Entry: Sendable, Codable {
        /// The picture; nil for a file that failed.
        package let image: ReviewItem.Image?
        /// The size of the file.
        package let bytes: Int?
        /// The class that a person gave the picture; nil while it is undecided.
        package let label: String?
        /// How bad it is, 0 worst to 1 best; for outliers the mean distance to the nearest, 0 to 2.
        package let score: Double?
        /// What was measured: brightness, sharpness, entropy or a ratio.
        package let value: Double?
        /// The file that failed.
        package let path: String?
        /// Why it failed, as a code.
        package let code: String?
        /// Why it failed, as a sentence.
        package let message: String?

        /// Describes a picture with a fault.
        package init(
            image: ReviewItem.Image,
            bytes: Int,
            label: String?,
            score: Double?,
            value: Double?
        ) {
            self.image = image
            self.bytes = bytes
            self.label = label
            self.score = score
            self.value = value
            (path, code, message) = (nil, nil, nil)
        }

        /// Describes a file that could not be imported.
        package init(_ failure: ImportFailure) {
            (image, bytes, label, score, value) = (nil, nil, nil, nil, nil)
            path = failure.path
            code = failure.code.rawValue
            message = failure.message
        }
    }

    /// The kind.
    package let kind: String
    /// How many there are in all.
    package let count: Int
    /// The findings of this page.
    package let items: [Entry]
    /// Where the next page begins; nil after the last one.
    package let next: String?

    /// Describes a page of findings.
    package init(kind: String, count: Int, items: [Entry], next: String?) {
        self.kind = kind
        self.count = count
        self.items = items
        self.next = next
    }
}

/// Groups of copies, the largest first.
package struct DuplicatePage: Sendable, Codable {
    /// A picture of a group.
    package struct Member: Sendable, Codable {
        /// The picture.
        package let image: ReviewItem.Image
        /// The size of its file.
        package let bytes: Int
        /// How the file is encoded.
        package let format: ImageFormat
        /// The likeness to the one that should stay, 0 to 1.
        package let similarity: Double
        /// What turns the one that should stay into this one.
        package let transform: ImageTransform
        /// The class that a person gave it; nil while it is undecided.
        package let label: String?

        /// Describes a picture of a group.
        package init(
            image: ReviewItem.Image,
            bytes: Int,
            format: ImageFormat,
            similarity: Double,
            transform: ImageTransform,
            label: String?
        ) {
            self.image = image
            self.bytes = bytes
            self.format = format
            self.similarity = similarity
            self.transform = transform
            self.label = label
        }
    }

    /// A group of copies.
    package struct Group: Sendable, Codable {
        /// Its number.
        package let group: Int
        /// How alike the copies are.
        package let kind: DuplicateGroup.Kind
        /// The picture that should stay.
        package let keep: Sample.ID
        /// Why that one.
        package let reason: String
        /// The pictures that are in the data set, the one that should stay first.
        package let members: [Member]

        /// Describes a group.
        package init(
            group: Int,
            kind: DuplicateGroup.Kind,
            keep: Sample.ID,
            reason: String,
            members: [Member]
        ) {
            self.group = group
            self.kind = kind
            self.keep = keep
            self.reason = reason
            self.members = members
        }
    }

    /// How many groups of the kind have more than one picture left.
    package let count: Int
    /// How many pictures would go if only one of each group stayed.
    package let spare: Int
    /// The groups of this page.
    package let items: [Group]
    /// Where the next page begins; nil after the last one.
    package let next: String?

    /// Describes a page of groups.
    package init(count: Int, spare: Int, items: [Group], next: String?) {
        self.count = count
        self.spare = spare
        self.items = items
        self.next = next
    }
}

/// Which pictures come into the data set or leave it.
package enum MembershipChoice: Sendable, Hashable, Codable {
    /// These.
    case images([Sample.ID])
    /// All copies of a kind but the one of each group that should stay; refused when there are not as
    /// many as somebody was told.
    case copies(DuplicateGroup.Kind, expected: Int?)
}

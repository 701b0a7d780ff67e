package import CurationCore

/// The versions as the review page lists them, newest first, with what no version holds yet.
package struct VersionLog: Sendable, Codable {
    /// One version.
    package struct Entry: Sendable, Codable {
        /// The digest that names it.
        package let id: ContentDigest
        /// The ids of the versions that it grew from.
        package let parents: [ContentDigest]
        /// The branch that it was committed to.
        package let branch: String
        /// Who made it.
        package let author: String
        /// When, RFC 3339 in UTC.
        package let at: Timestamp
        /// Why, in the author's words.
        package let message: String
        /// How many images it holds.
        package let images: Int
        /// How many labels it holds.
        package let annotations: Int

        /// Shows a version.
        package init(_ version: Version) {
            id = version.id
            parents = version.parents
            branch = version.branch
            author = version.author
            at = version.at
            message = version.message
            images = version.images
            annotations = version.annotations
        }
    }

    /// A tag.
    package struct Tag: Sendable, Codable {
        /// The name.
        package let tag: String
        /// The version that it names.
        package let id: ContentDigest

        /// Describes a tag.
        package init(tag: String, id: ContentDigest) {
            self.tag = tag
            self.id = id
        }
    }

    /// The versions of this page.
    package let items: [Entry]
    /// Where the next page begins; nil after the last one.
    package let next: String?
    /// The branches, by name.
    package let branches: [Branch]
    /// The tags, by name.
    package let tags: [Tag]
    /// What the data set is doing now.
    package let working: WorkingStatus

    /// Describes a page of the log.
    package init(
        items: [Entry],
        next: String?,
        branches: [Branch],
        tags: [Tag],
        working: WorkingStatus
    ) {
        self.items = items
        self.next = next
        self.branches = branches
        self.tags = tags
        self.working = working
    }
}

/// What an act of the page did.
package struct ActReport: Sendable, Codable, Hashable {
    /// The batch, which can be undone; nil where nothing differed.
    package let batch: String?
    /// How much it touched: conflicts, labels or images.
    package let changed: Int
    /// How much was left as it is, since something newer changed it.
    package let skipped: Int

    /// Describes what was done.
    package init(batch: String?, changed: Int, skipped: Int = 0) {
        self.batch = batch
        self.changed = changed
        self.skipped = skipped
    }

    init(_ outcome: (change: Int64, count: Int)?) {
        self.init(batch: outcome.map { "b-\($0.change)" }, changed: outcome?.count ?? 0)
    }

    init(_ report: EditReport) { self.init(batch: report.batch, changed: report.changed) }

    init(_ report: UndoReport) {
        self.init(batch: report.batch, changed: report.restored, skipped: report.skipped)
    }
}

/// The conflicts of a merge as the review page shows them.
package struct ConflictPage: Sendable, Codable {
    /// One label that both sides changed, each in its own way.
    package struct Entry: Sendable, Codable {
        /// Its number.
        package let id: Int64
        /// The image.
        package let image: ReviewItem.Image
        /// The class that it is about: ours, where we have one.
        package let category: String
        /// What the label was where both sides began; nil where there was none.
        package let base: Label?
        /// What the branch says that is merged into.
        package let ours: Label?
        /// What the merged branch says.
        package let theirs: Label?

        enum CodingKeys: String, CodingKey {
            case id, image, base, ours, theirs
            case category = "class"
        }

        /// Describes a conflict.
        package init(
            id: Int64,
            image: ReviewItem.Image,
            category: String,
            base: Label?,
            ours: Label?,
            theirs: Label?
        ) {
            self.id = id
            self.image = image
            self.category = category
            self.base = base
            self.ours = ours
            self.theirs = theirs
        }
    }

    /// How many conflicts there are about a class.
    package struct CategoryCount: Sendable, Codable {
        /// The class.
        package let category: String
        /// How many.
        package let count: Int

        enum CodingKeys: String, CodingKey {
            case count
            case category = "class"
        }

        /// Counts the conflicts of a class.
        package init(category: String, count: Int) {
            self.category = category
            self.count = count
        }
    }

    /// The name of the branch that is merged into.
    package let ours: String
    /// The name of the merged branch.
    package let theirs: String
    /// How many are open in all.
    package let open: Int
    /// The open ones by class, most first.
    package let classes: [CategoryCount]
    /// The conflicts of this page.
    package let items: [Entry]
    /// Where the next page begins; nil after the last one.
    package let next: String?

    /// Describes a page of conflicts.
    package init(
        ours: String,
        theirs: String,
        open: Int,
        classes: [CategoryCount],
        items: [Entry],
        next: String?
    ) {
        self.ours = ours
        self.theirs = theirs
        self.open = open
        self.classes = classes
        self.items = items
        self.next = next
    }
}

/// Which side to take in which conflicts.
package struct Settlement: Sendable, Codable {
    /// A state of a label in dispute.
    package enum Side: String, Sendable, Codable { case base, ours, theirs }

    /// The side.
    package let take: Side
    /// The conflict; nil for many.
    package let conflict: Int64?
    /// The class of many; nil for all classes.
    package let category: String?

    /// Takes a side in one conflict, in those of a class, or in all.
    package init(take: Side, conflict: Int64? = nil, category: String? = nil) {
        self.take = take
        self.conflict = conflict
        self.category = category
    }
}

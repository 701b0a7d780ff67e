package import CurationCore
import Dispatch
import Storage

/// A picture of a view, in full.
package struct ViewItem: Sendable, Codable {
    /// The number of the picture.
    package let id: Sample.ID
    /// Where the file is.
    package let path: String
    /// The digest of the file's bytes.
    package let sha256: ContentDigest
    /// Pixels across, upright.
    package let width: Int
    /// Pixels down, upright.
    package let height: Int
    /// Its labels of now, oldest first.
    package let annotations: [ImageDetail.AnnotationView]
}

extension ReviewDesk {
    /// Freezes the pictures for which something holds, in an order, as a reviewer may see them.
    ///
    /// - Throws: as `GridStage.make`.
    package func makeView(
        _ query: ViewQuery,
        for reviewer: String
    ) async throws -> GridStage.MadeView {
        try await taking(views) { [grid] in try grid.make(query, for: reviewer) }
    }

    /// The pictures of a view from a position on, as octets, as a reviewer may see them.
    ///
    /// - Throws: as `GridStage.rows`.
    package func rows(
        of view: String,
        from: Int,
        count: Int,
        for reviewer: String
    ) async throws -> [UInt8] {
        try await taking(views) { [grid] in
            try grid.rows(of: view, from: from, count: count, for: reviewer)
        }
    }

    /// The pictures of a view from a position on in full, as a reviewer may see them, and how many it has.
    ///
    /// - Throws: as `GridStage.pictures`.
    package func items(
        of view: String,
        from: Int,
        count: Int,
        for reviewer: String
    ) async throws -> (items: [ViewItem], count: Int) {
        try await taking(reads) { [self] in
            let found = try grid.pictures(of: view, from..<(from + count), for: reviewer)
            return try rephrasing { () throws in
                let labelled = try dataset.store.samples(found.ids).map {
                    ($0, try dataset.store.annotations(of: $0.id))
                }
                let sight = try sight(of: reviewer)
                let items = labelled.map { sample, labels in
                    ViewItem(
                        id: sample.id,
                        path: sample.path,
                        sha256: sample.sha256,
                        width: sample.width,
                        height: sample.height,
                        annotations: sight.isBlind(for: sample.id)
                            ? [] : labels.map(ImageDetail.AnnotationView.init)
                    )
                }
                return (items, found.count)
            }
        }
    }

    /// How the pictures of a view spread over the values of fields, as a reviewer may see them.
    ///
    /// - Throws: as `GridStage.facets`.
    package func facets(
        of view: String,
        fields: [String],
        for reviewer: String
    ) async throws -> [ViewFacet] {
        try await taking(views) { [grid] in
            try grid.facets(of: view, fields: fields, for: reviewer)
        }
    }

    /// What can be filtered and sorted by.
    ///
    /// - Throws: `CurationError.storage`.
    package func fields() async throws -> [FieldOverview] {
        try await taking(reads) { [grid] in try grid.fields() }
    }

    /// Reads all pictures into memory and plans, so that neither the first view nor who comes first waits
    /// for it.
    package func warmUp() {
        views.async { [grid] in grid.warmUp() }
        turns.async { [self] in planFirst() }
    }
}

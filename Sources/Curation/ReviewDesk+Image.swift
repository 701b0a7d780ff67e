public import CurationCore
import Quality
import Storage

extension ReviewDesk {
    /// One picture with its labels and all that is known of it; nil when there is none.
    ///
    /// What others said of it is left out while `reviewer` may be asked for an opinion of their own.
    ///
    /// - Throws: `CurationError.storage`.
    public func image(
        _ id: Sample.ID,
        for reviewer: String
    ) async throws -> ImageDetail? {
        try await taking(reads) { [self] in
            try rephrasing { () throws in
                let store = dataset.store
                guard let sample = try store.samples([id]).first else { return nil }
                // Before the labels: what comes between makes an edit of them be refused.
                let version = try store.labelVersion(of: id)
                let labels = try store.annotations(of: id)
                let (nearest, history) = (try nearest(to: id), try history(of: id))
                let sight = try sight(of: reviewer)
                let isBlind = sight.isBlind(for: id)
                var detail = ImageDetail(
                    image: ReviewItem.Image(sample),
                    bytes: sample.bytes,
                    format: sample.format,
                    annotations: isBlind ? [] : labels.map(ImageDetail.AnnotationView.init),
                    nearest: nearest.map { sight.isBlind(for: $0.id) ? $0.unlabelled : $0 }
                )
                detail.isBlind = isBlind
                if !isBlind { (detail.version, detail.history) = (version, history) }
                try addRemarks(of: isBlind ? reviewer : nil, on: id, to: &detail)
                detail.fields = try store.fieldValues(of: id)[id] ?? [:]
                try addFindings(on: sample, to: &detail)
                return detail
            }
        }
    }

    /// What a reviewer may see of what others said.
    func sight(of reviewer: String) throws -> Sight { try grid.sights.sight(of: reviewer) }

    /// Adds flags and comments: of one reviewer only, where what others say would tell.
    private func addRemarks(
        of reviewer: String?,
        on id: Sample.ID,
        to detail: inout ImageDetail
    ) throws {
        detail.flaggedBy = try dataset.store.flags(of: id).first?.reviewer
        detail.comments = try dataset.store.comments(of: id)
            .filter { reviewer == nil || $0.reviewer == reviewer }
            .map(RemarkReport.Comment.init)
    }

    private func nearest(to id: Sample.ID) throws -> [ImageDetail.NearestImage] {
        let store = dataset.store
        return try store.neighbors(of: id).prefix(5).map { near in
            let label = try store.annotations(of: near.sample)
                .last { $0.state == .accepted }?.label.category
            return ImageDetail.NearestImage(
                id: near.sample,
                similarity: near.similarity,
                label: label
            )
        }
    }

    private func history(of id: Sample.ID) throws -> [ImageDetail.Step] {
        let lines = try HistoryStage(dataset: dataset).blame(id)
        func number(_ line: BlameLine) -> Int { Int(line.by.batch.dropFirst(2)) ?? 0 }
        return lines.sorted { number($0) > number($1) }.map(ImageDetail.Step.init)
    }

    private func addFindings(on sample: Sample, to detail: inout ImageDetail) throws {
        guard let findings = try dataset.store.findings(on: sample.id) else { return }
        detail.metrics = findings.metrics
        detail.camera = findings.facts.camera
        detail.capturedAt = findings.facts.capturedAt
        detail.hasLocation = findings.facts.hasLocation
        detail.cluster = findings.cluster
        let picture = ImageIssues.Measures(sample, findings.metrics)
        // Until all pictures were read, none is of an odd size.
        let median = grid.medianSide ?? picture.side
        detail.issues = Issue.Kind.allCases.compactMap { kind in
            let score = ImageIssues.score(kind, of: picture, medianSide: median)
            guard let score, score < ImageIssues.threshold else { return nil }
            return ImageDetail.Fault(kind: kind, score: score)
        }
        guard let group = findings.copies else { return }
        detail.duplicates = group.members.filter { $0.id != sample.id }.map {
            ImageDetail.Copy(
                id: $0.id,
                similarity: $0.similarity,
                transform: $0.transform,
                keep: $0.id == group.keep
            )
        }
    }
}

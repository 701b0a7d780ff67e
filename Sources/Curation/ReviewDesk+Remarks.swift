public import CurationCore

extension ReviewDesk {
    /// Flags pictures, or takes the flags away; answers how many changed.
    ///
    /// - Throws: as `RemarkStage.flag`.
    public func flag(
        _ ids: [Sample.ID],
        isOn: Bool,
        by reviewer: String
    ) async throws -> Int {
        try await taking(reads) { [dataset] in
            try RemarkStage(dataset: dataset).flag(ids, isOn: isOn, by: reviewer)
        }
    }

    /// Keeps what a person says about a picture.
    ///
    /// - Throws: as `RemarkStage.comment`.
    public func comment(
        _ text: String,
        on id: Sample.ID,
        by reviewer: String
    ) async throws -> RemarkReport.Comment {
        try await taking(reads) { [dataset] in
            try RemarkStage(dataset: dataset).comment(text, on: id, by: reviewer)
        }
    }
}

/// How far a stage has come.
public struct StageProgress: Sendable {
    /// What the stage does, for people: `import`, `embed`.
    public let stage: String
    /// Pieces of work that are done.
    public let done: Int
    /// Pieces of work in all; nil when that is not known, as in an archive.
    public let total: Int?
    /// Pieces that failed so far.
    public let failed: Int

    /// Called from the thread that runs the stage.
    public typealias Report = @Sendable (StageProgress) -> Void
}

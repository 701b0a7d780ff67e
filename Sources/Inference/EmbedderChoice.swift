/// The embedder to use, and why it is not a better one.
package struct EmbedderChoice: Sendable {
    /// The embedder.
    package let embedder: any Embedder
    /// Why there is only the built-in descriptor, and what to do; nil when the model is in use.
    package let fallbackReason: String?

    /// The model that an embedder runs when nobody names another one.
    package static let defaultModel = "efficientnet-lite0"

    /// Takes the model called `name` when it and its runtime are there, and else the descriptor.
    package init(model name: String = defaultModel, search: DependencySearch) {
        do {
            embedder = try OnnxEmbedder(name, search: search)
            fallbackReason = nil
        } catch {
            embedder = DescriptorEmbedder()
            fallbackReason = """
                Using the built-in descriptor, which finds look-alikes but does not know what a \
                picture shows: \(error).
                """
        }
    }
}

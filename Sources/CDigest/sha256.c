#include "CDigest.h"
#include <openssl/evp.h>
#include <stdlib.h>

struct cdg_sha256 {
    EVP_MD_CTX *context;
};

cdg_sha256 *cdg_sha256_start(void) {
    cdg_sha256 *hash = malloc(sizeof *hash);
    if (!hash) return NULL;
    hash->context = EVP_MD_CTX_new();
    if (!hash->context || EVP_DigestInit_ex(hash->context, EVP_sha256(), NULL) != 1) {
        EVP_MD_CTX_free(hash->context);
        free(hash);
        return NULL;
    }
    return hash;
}

void cdg_sha256_add(cdg_sha256 *hash, const void *data, size_t size) {
    EVP_DigestUpdate(hash->context, data, size);
}

void cdg_sha256_end(cdg_sha256 *hash, uint8_t *digest) {
    EVP_DigestFinal_ex(hash->context, digest, NULL);
    EVP_MD_CTX_free(hash->context);
    free(hash);
}

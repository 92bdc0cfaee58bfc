//! From Scheme text to image bytes: expansion, IRs, passes, code generation, linking.

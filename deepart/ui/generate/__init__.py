"""The Generate tab: new pictures, and the tools that change them."""

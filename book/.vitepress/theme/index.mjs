// The theme: VitePress's own, without its fonts, in the book's colours and with what the book adds.
import DefaultTheme from 'vitepress/theme-without-fonts';
import 'virtual:colors.css';
import './style.css';

export default { extends: DefaultTheme };

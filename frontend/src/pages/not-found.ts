import '../styles/app.css'
import { startStaticPage } from '../i18n/static'

startStaticPage()
